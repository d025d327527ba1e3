"""The pause after the broker did not take messages."""

from __future__ import annotations

import logging

from workers import logs
from workers.backoff import Backoff
from workers.health import Status


class Hold:
    """Holds publishing back, longer each time, instead of hammering a broker that takes nothing.

    Times are in seconds of any one clock.
    """

    def __init__(self, status: Status) -> None:
        self._status = status
        self._backoff = Backoff()
        self._until = 0.0

    def on(self, now: float) -> bool:
        """Tell whether to wait."""
        return now < self._until

    def back(self, hindrance: str, now: float) -> None:
        """Wait from now on, for this reason, unless a wait is on."""
        if self.on(now):
            return
        self._until = now + self._backoff.delay()
        if self._status.hindrance != hindrance:
            logs.event("held", logging.WARNING, reason=hindrance)
        self._status.hindrance = hindrance

    def release(self) -> None:
        """The broker takes messages."""
        if self._status.hindrance:
            self._status.hindrance = None
            self._backoff = Backoff()
            logs.event("released")
