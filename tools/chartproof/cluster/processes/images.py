"""What stands in for a container image: files of this machine, and what the image would set."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from chartproof.cluster import standin
from chartproof.cluster.processes import rabbitmq
from chartproof.cluster.processes.container import Mount

# What programs of this machine are made of, where it has it; /nix is all there is on NixOS.
SYSTEM = ("bin", "lib", "lib32", "lib64", "nix", "sbin", "usr")
SETTINGS = ("alternatives", "ca-certificates", "ld.so.cache", "localtime", "pki", "ssl")
WORKER_USER = 10001  # as in the worker image's Dockerfile


@dataclass(frozen=True)
class StandIn:
    """What a container finds in place of its image."""

    mounts: Sequence[Mount]
    env: Mapping[str, str]
    user: int
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()


def stand_in(reference: str) -> StandIn:
    """Return RabbitMQ for the official image, and the installed workers for any other."""
    name = reference.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return broker_image() if name == "rabbitmq" else worker_image()


def broker_image() -> StandIn:
    """Return RabbitMQ, which is downloaded where the cache has none."""
    command = ["rabbitmq-server"]
    return StandIn(rabbitmq.mounts(), standin.ENVIRONMENT, standin.USER, command=command)


def worker_image() -> StandIn:
    """Return the workers as they are installed beside chartproof, on this machine's own system."""
    programs = workers_command().parent
    system = [Path("/", name) for name in SYSTEM] + [Path("/etc", name) for name in SETTINGS]
    shown = [path for path in system if path.exists()]
    shown += [path for path in python_folders() if not any(map(path.is_relative_to, shown))]
    return StandIn(
        [Mount(str(path), str(path)) for path in shown],
        {"PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": "/app"},
        WORKER_USER,
        entrypoint=["workers"],
    )


def workers_command() -> Path:
    """Return where the command `workers` is, if it is installed."""
    return Path(sys.executable).with_name("workers")


def python_folders() -> list[Path]:
    """Return the folders that this Python and the workers live in, none within another."""
    found = {Path(sys.prefix), Path(sys.base_prefix)}
    package = find_spec("workers")
    if package and package.origin:
        found.add(Path(package.origin).parents[1])  # elsewhere where it is installed editable
    return sorted(folder for folder in found if not found.intersection(folder.parents))
