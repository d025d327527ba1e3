"""Which of several hosts is tried next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import shuffle

from workers.address import Host


@dataclass
class Rota:
    """Rounds of hosts in a random order, so that many workers spread over a cluster.

    A round begins anew after a connection that held, and where the hosts are not the same any
    more. The host of the last attempt is the last of the next round: it has just failed.
    """

    mix: Callable[[list[Host]], None] = shuffle
    _hosts: frozenset[Host] = field(init=False, default=frozenset())
    _left: list[Host] = field(init=False, default_factory=list)
    _last: Host | None = field(init=False, default=None)

    @property
    def over(self) -> bool:
        """Every host of this round was tried: it is time to wait before the next."""
        return not self._left

    def renew(self) -> None:
        """Begin a new round: a connection has held."""
        self._left = []

    def take(self, hosts: Sequence[Host]) -> Host:
        """Return the host to try now."""
        if self.over or self._hosts != frozenset(hosts):
            self._hosts = frozenset(hosts)
            self._left = list(dict.fromkeys(hosts))
            self.mix(self._left)
            self._left.sort(key=lambda host: host == self._last)
        self._last = self._left.pop(0)
        return self._last
