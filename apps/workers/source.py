"""Where a producer's messages come from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from time import time
from typing import NamedTuple

from workers.audit import message_id
from workers.pace import Pace


def greetings() -> Iterator[bytes]:
    """Give the tutorial's "Hello World N!" from N = 1 on, without an end."""
    for number in count(1):
        yield f"Hello World {number}!".encode()


class Outgoing(NamedTuple):
    """A message on its way; `created` is in seconds since 1970."""

    sequence: int
    id: str
    body: bytes
    created: int


class Intake:
    """Takes bodies from a source as the pace allows, and numbers them from 1.

    It is over when the source is, after `limit` messages (0: no limit), or once stopped.
    """

    def __init__(self, source: Iterator[bytes], instance: str, pace: Pace, limit: int = 0) -> None:
        self.over = False
        self.taken = 0
        self.instance = instance
        self._source = source
        self._pace = pace
        self._limit = limit

    def stop(self) -> None:
        """Take nothing more."""
        self.over = True

    def wait(self, now: float) -> float:
        """Return the seconds until the next message is due."""
        return self._pace.wait(now)

    def take(self, now: float) -> Outgoing | None:
        """Return the next message, or None when none is due or the source is over."""
        if self.over or self._pace.wait(now):
            return None
        body = next(self._source, None)
        if body is None:
            self.over = True
            return None
        self._pace.spend(now)
        self.taken += 1
        self.over = self.taken == self._limit
        return Outgoing(self.taken, message_id(self.instance, self.taken), body, int(time()))
