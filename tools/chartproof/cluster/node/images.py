"""The images that a node has without a registry, made of Debian packages."""

import hashlib
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from chartproof.cluster import oci, standin
from chartproof.cluster.cache import cache_dir, once
from chartproof.cluster.debian import root_archive
from chartproof.cluster.engine import Image
from chartproof.cluster.node.files import PAUSE_IMAGE
from chartproof.cluster.node.programs import programs
from chartproof.cluster.oci import Entry
from chartproof.cluster.shell import run
from chartproof.errors import InputError

PYTHON_BASE = "localhost/python:3.13"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PYTHON_PACKAGES = (
    *("base-files", "bash", "coreutils", "dash", "findutils", "grep", "libc-bin", "sed"),
    *("python3", "python3-pip", "python3-venv"),
)

ENTRYPOINT = f"""\
#!/bin/sh
# As the official image's: started as root, the broker still runs as its own user.
set -eu
case "$1" in rabbitmq*)
  if [ "$(id -u)" = 0 ]; then
    chown -R {standin.USER}:{standin.USER} /var/lib/rabbitmq /etc/rabbitmq
    exec setpriv --reuid={standin.USER} --regid={standin.USER} --clear-groups "$0" "$@"
  fi
esac
exec "$@"
"""


def pause_image() -> Image:
    """Return the image that holds a pod's namespaces."""
    binary = (programs() / "pause").read_bytes()
    return _image(PAUSE_IMAGE, None, [Entry("pause", binary)], {"Entrypoint": ["/pause"]})


def is_broker(reference: str) -> bool:
    """Tell whether this is the name of a RabbitMQ image, of whatever registry and tag."""
    return re.search(r"(^|/)rabbitmq([:@]|$)", reference) is not None


def broker_image(reference: str) -> Image:
    """Return a stand-in for the official RabbitMQ image with the management plugin.

    `reference` is the name that pods will ask for. User, paths, entry point, default
    configuration and enabled plugins are those of the official image. Raises InputError for a
    reference with a digest, which nothing can stand in for.
    """
    if "@" in reference:
        raise InputError(
            f"{reference}: found a digest, expected a tag only: the embedded nodes run a stand-in "
            "made of Debian's packages"
        )
    base = root_archive("rabbitmq", standin.SUITE, standin.PACKAGES)
    config = {
        "Entrypoint": ["docker-entrypoint.sh"],
        "Cmd": ["rabbitmq-server"],
        "Env": [f"{name}={value}" for name, value in standin.ENVIRONMENT.items()],
        "ExposedPorts": {f"{port}/tcp": {} for port in (4369, 5672, 15672, 15692, 25672)},
        "Volumes": {"/var/lib/rabbitmq": {}},
    }
    return _image(reference, base, _broker_entries(), config)


def python_image() -> Image:
    """Return an image with Python and pip, to build the worker image on."""
    base = root_archive("python", "trixie", PYTHON_PACKAGES)
    entries = [
        *_accounts(),
        Entry("usr/local/bin/python", link="/usr/bin/python3"),
        # In a container, pip is the one who manages the packages.
        Entry("usr/lib/python3.13/.wh.EXTERNALLY-MANAGED", b"", mode=0o644),
    ]
    config = {"Cmd": ["python3"], "Env": [f"PATH={PATH}", "LANG=C.UTF-8"]}
    return _image(PYTHON_BASE, base, entries, config)


def python_base() -> str:
    """Return the name under which buildah has `python_image`, imported first if it has not."""
    archive = python_image().archive
    query = ["buildah", "inspect", "--type", "image", "--format", "{{.FromImageDigest}}"]
    if run([*query, PYTHON_BASE], check=False).stdout.strip() != oci.manifest_digest(archive):
        run(["buildah", "pull", f"oci-archive:{archive}"])
    return PYTHON_BASE


def _broker_entries() -> list[Entry]:
    folders = ["etc/rabbitmq", "etc/rabbitmq/conf.d", "var/log/rabbitmq"]
    folders += ["var/lib/rabbitmq", "var/lib/rabbitmq/mnesia"]
    return [
        *_accounts(standin.ACCOUNT),
        *(Entry(folder, mode=0o777, owner=standin.USER) for folder in folders),
        *(
            Entry(path, text.encode(), mode=0o644, owner=standin.USER)
            for path, text in standin.FILES.items()
        ),
        Entry("usr/local/bin/docker-entrypoint.sh", ENTRYPOINT.encode()),
        Entry("usr/bin/awk", link="mawk"),
    ]


def _accounts(*more: str) -> list[Entry]:
    """Return the files of users and groups, each user with a group of the same name and id."""
    users = ["root:x:0:0::/root:/bin/sh", "nobody:x:65534:65534::/nonexistent:/bin/false", *more]
    groups = [":".join([user.split(":")[0], "x", user.split(":")[3], ""]) for user in users]
    return [
        Entry(path, "".join(f"{line}\n" for line in lines).encode(), mode=0o644)
        for path, lines in (("etc/passwd", users), ("etc/group", groups))
    ]


def _image(
    reference: str, base: Path | None, entries: Sequence[Entry], config: Mapping[str, object]
) -> Image:
    """Return an image of a base and a layer on it, written unless the cache has just that one."""
    content = repr((reference, base and base.name, entries, config)).encode()
    key = hashlib.sha256(content).hexdigest()[:12]
    repository, _, tag = reference.rpartition(":")
    name = repository.rpartition("/")[2]

    def write(part: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            top = oci.layer(Path(folder) / "layer.tar", entries)
            oci.write_archive(part, reference, [*([base] if base else []), top], config)

    archive = once(cache_dir() / "images" / f"{name}-{key}.tar", write)
    return Image(repository, tag, archive)
