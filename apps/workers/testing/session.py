"""The stand-in for a session: one connection, whose loop is the test's own thread."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from workers.session import Role

TICK = 0.01
"""Seconds between two looks at deadlines: shorter than a worker's, as tests are not to wait."""


class FakeSession:
    """What a role sees of a session, with a fake channel.

    The methods are those of workers.session.Session that roles use.
    """

    def __init__(self, channel: Any) -> None:
        self.channel = channel
        self.begun = True
        self.ready = False
        self.blocked = False
        self.unblocked_at = 0.0
        self.queue = "queue"
        self.finished = False
        self.lost = False
        """The connection is gone: nothing that is said on it arrives."""
        self._callbacks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._ticked_at = 0.0

    @property
    def open(self) -> bool:
        """The channel can be used."""
        return not (self.lost or self.finished)

    def finish(self) -> None:
        """Note that the role's work is done."""
        self.finished = True

    def drop(self, _fault: object, at_once: bool = False) -> None:  # noqa: ARG002 (no peer waits)
        """Give the connection up."""
        self.lost = True

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back after a while."""
        heapq.heappush(self._timers, (monotonic() + seconds, next(self._numbers), callback))

    def call_threadsafe(self, callback: Callable[[], None]) -> None:
        """Call back soon; the only method for other threads."""
        self._callbacks.put(callback)

    def turn(self, role: Role) -> None:
        """Do what is due, or wait a moment for it."""
        now = monotonic()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()
        with suppress(Empty):
            self._callbacks.get(timeout=TICK)()
        if monotonic() >= self._ticked_at + TICK:
            self._ticked_at = monotonic()
            role.tick()
