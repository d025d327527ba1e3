"""When the next message is due."""

from __future__ import annotations

from math import inf

MAX_LAG = 1.0
"""Seconds of delay that are made up for; what is older is forgiven instead of sent in a burst."""


class Pace:
    """A steady rate kept by absolute deadlines, so that lateness does not add up.

    `rate` is in messages a second; 0 means no limit.
    """

    def __init__(self, rate: float, now: float) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._next = now if rate else -inf

    def wait(self, now: float) -> float:
        """Return the seconds until a message is due; 0 when one is due already."""
        return max(0.0, self._next - now)

    def spend(self, now: float) -> None:
        """Count one message as sent."""
        self._next = max(self._next, now - MAX_LAG) + self._interval if self._interval else -inf
