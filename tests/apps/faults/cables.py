"""Network namespaces and the cables between them, which can be pulled one by one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from chartproof.cluster.processes import linux

KEPT = Path("/run/netns")
NETWORKS = {"clients": "10.77.0", "cluster": "10.78.0"}
"""What each member is in: one with the workers, one with the other members only."""
FIRST = 11
"""The last part of the first member's addresses; the hub has 1."""
Made = TypeVar("Made")


class Cables:
    """A hub, which workers are in, and a namespace for each member."""

    def __init__(self, members: Sequence[str]) -> None:
        self._members = list(members)
        self._hub = f"faults-{os.getpid()}"
        self.hub = KEPT / self._hub
        """The file of the workers' namespace."""
        _ip("netns", "add", self._hub)
        _ip("-n", self._hub, "link", "set", "lo", "up")
        for network, prefix in NETWORKS.items():
            _ip("-n", self._hub, "link", "add", network, "type", "bridge")
            _ip("-n", self._hub, "address", "add", f"{prefix}.1/24", "dev", network)
            _ip("-n", self._hub, "link", "set", network, "up")
        for member in members:
            _ip("netns", "add", self._name(member))
            _ip("-n", self._name(member), "link", "set", "lo", "up")
            for network in NETWORKS:
                self._connect(member, network)

    def __enter__(self) -> Cables:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in (*map(self._name, self._members), self._hub):
            _ip("netns", "delete", name)

    def namespace(self, member: str) -> Path:
        """Return the file of a member's namespace."""
        return KEPT / self._name(member)

    def address(self, member: str, network: str) -> str:
        """Return a member's address."""
        return f"{NETWORKS[network]}.{FIRST + self._members.index(member)}"

    @contextmanager
    def pulled(self, member: str, network: str) -> Iterator[None]:
        """Pull a member's cable for a while; neither end is told, packets just go nowhere."""
        cable = ("-n", self._hub, "link", "set", self._cable(member, network))
        _ip(*cable, "nomaster")
        try:
            yield
        finally:
            _ip(*cable, "master", network)

    def _connect(self, member: str, network: str) -> None:
        inside, cable = self._name(member), self._cable(member, network)
        ends = ("link", "add", cable, "type", "veth", "peer", "name", network, "netns", inside)
        _ip("-n", self._hub, *ends)
        _ip("-n", self._hub, "link", "set", cable, "master", network, "up")
        _ip("-n", inside, "address", "add", f"{self.address(member, network)}/24", "dev", network)
        _ip("-n", inside, "link", "set", network, "up")

    def _name(self, member: str) -> str:
        return f"{self._hub}-{member}"

    def _cable(self, member: str, network: str) -> str:
        return f"{network}-{member}"


def inside(namespace: Path, connect: Callable[[], Made]) -> Made:
    """Make a connection in another network; it can be used from here."""
    # The namespace is a thread's own, and so is that of the sockets that it makes.
    with ThreadPoolExecutor(1, initializer=linux.join, initargs=(namespace,)) as thread:
        return thread.submit(connect).result()


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
