"""Whether this machine lets its users have containers, and what would make it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from chartproof.cluster.engine import Check
from chartproof.cluster.processes import container, rabbitmq
from chartproof.cluster.processes.container import Container
from chartproof.cluster.processes.images import worker_image, workers_command

START_S, DOWNLOAD_S = 15, 60
# Settings that forbid user namespaces, each with the value that does and one that does not.
BARRIERS = {
    "user.max_user_namespaces": ("0", "10000"),
    "kernel.unprivileged_userns_clone": ("0", "1"),
    "kernel.apparmor_restrict_unprivileged_userns": ("1", "0"),
}


def check() -> Check:
    """Usable on Linux where user namespaces are allowed and apt-get gives RabbitMQ."""
    if sys.platform != "linux":
        return Check(False, f"it needs Linux, this is {sys.platform}", "use Linux")
    if not workers_command().exists():
        return Check(False, f"{workers_command()} is not there", "pip install ./apps")
    if not rabbitmq.cached() and not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return Check(False, "RabbitMQ comes by apt-get, which is not here", "use a Debian system")
    if fault := container_fault():
        return Check(False, f"no containers without root: {fault}", remedy())
    seconds = START_S if rabbitmq.cached() else START_S + DOWNLOAD_S
    return Check(True, "user namespaces are allowed", first_start_s=seconds)


def container_fault() -> str | None:
    """Run the smallest container there is; say what went wrong, or None."""
    image = worker_image()
    trial = Container(["true"], image.mounts, image.env)
    with container.start(trial, subprocess.PIPE) as process:
        assert process.stdout  # noqa: S101 - what PIPE means
        said = process.stdout.read().decode(errors="replace").strip()
    return None if process.returncode == 0 else said.removeprefix("chartproof: ")


def remedy(settings: Path = Path("/proc/sys")) -> str:
    """Say which of the kernel's settings to change."""
    changes = [
        f"{name}={allowing}"
        for name, (forbidding, allowing) in BARRIERS.items()
        if (file := settings / name.replace(".", "/")).exists()
        and file.read_text().strip() == forbidding
    ]
    return f"sysctl {' '.join(changes)} (as root)" if changes else "run it outside of a container"
