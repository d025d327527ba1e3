"""A network of pods inside a network namespace: a bridge, and for each pod a cable to it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import islice
from pathlib import Path

from chartproof.cluster import standin
from chartproof.cluster.processes import linux, rabbitmq
from chartproof.cluster.processes.linux import Namespace
from chartproof.cluster.shell import run

NETWORK = IPv4Network("10.244.0.0/16")
BRIDGE = "pods"
OWN = Path("/proc/self/ns/net")
# Where files of the namespaces are kept: in RabbitMQ's root file system, which has `ip` too.
KEPT = Path("/run")


def pod_addresses() -> Iterator[IPv4Address]:
    """Give the addresses for pods; the first of the network is the bridge's."""
    return islice(NETWORK.hosts(), 1, None)


class Network:
    """The network of the namespace that this process is in.

    Mounts are made, so the process needs a mount namespace of its own. Raises ChartproofError
    where the kernel lacks bridges or virtual cables, OSError where it allows less than it should.
    """

    def __init__(self) -> None:
        self._cables = 0
        self._root = rabbitmq.root_folder()
        self._folder = self._root / KEPT.relative_to("/")
        linux.mount("tmpfs", self._folder)
        self._own = self._keep("supervisor")
        linux.raise_loopback()
        self._ip("link", "add", BRIDGE, "type", "bridge")
        gateway = f"{NETWORK[1]}/{NETWORK.prefixlen}"
        self._ip("address", "add", gateway, "dev", BRIDGE)
        self._ip("link", "set", BRIDGE, "up")

    def add(self, pod: str, address: str) -> Path:
        """Make the namespace of a pod with its address, and return its file."""
        linux.unshare(Namespace.NETWORK)
        linux.raise_loopback()
        own = self._keep(pod)
        linux.join(self._own)
        self._cables += 1
        cable = f"pod{self._cables}"
        peer = ("peer", "name", "eth0", "netns", str(KEPT / pod))
        self._ip("link", "add", cable, "type", "veth", *peer)
        self._ip("link", "set", cable, "master", BRIDGE, "up")
        linux.join(own)
        self._ip("address", "add", f"{address}/{NETWORK.prefixlen}", "dev", "eth0")
        self._ip("link", "set", "eth0", "up")
        linux.join(self._own)
        return own

    def _keep(self, name: str) -> Path:
        """Keep this process's network namespace, which a later one replaces, under a name."""
        file = self._folder / name
        file.touch()
        linux.bind(OWN, file, read_only=False)
        return file

    def _ip(self, *words: str) -> None:
        # Not every user has the folders of administration on PATH.
        run(["env", f"PATH={standin.PATH}", "chroot", self._root, "ip", *words])
