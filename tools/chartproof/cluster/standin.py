"""What the official RabbitMQ image is, for those that stand in for it with Debian's package.

Read off the image's Dockerfile and entry point (docker-library/rabbitmq): its user, its home, and
the two files that it brings.
"""

# Debian testing has RabbitMQ 4.3, the chart's.
SUITE = "forky"
# What the broker and its start scripts call, and what a package expects of every Debian.
PACKAGES = (
    *("rabbitmq-server", "base-files", "bash", "coreutils", "dash", "findutils", "grep"),
    *("hostname", "iproute2", "libc-bin", "mawk", "procps", "sed", "util-linux"),
)
USER = 999  # uid and gid
ACCOUNT = f"rabbitmq:x:{USER}:{USER}::/var/lib/rabbitmq:/bin/sh"
# The packaged programs, not Debian's wrappers of them, which refuse any user but their own.
PATH = "/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/var/lib/rabbitmq", "LANG": "C.UTF-8"}
FILES = {
    "etc/rabbitmq/enabled_plugins": "[rabbitmq_management,rabbitmq_prometheus].\n",
    # guest may log in from elsewhere, and the log goes to the console
    "etc/rabbitmq/conf.d/10-defaults.conf": "loopback_users.guest = false\nlog.console = true\n",
}
