"""When the next messages are due."""

from __future__ import annotations

from math import inf

MAX_LAG = 1.0
"""Seconds of delay that are made up for; what is older is forgiven instead of sent in a burst."""


class Pace:
    """A steady rate kept by absolute deadlines, so that lateness does not add up.

    `rate` is in messages a second; 0 means no limit. Times are in seconds of any one clock.
    """

    def __init__(self, rate: float, now: float) -> None:
        self._rate = rate
        self._start = now
        self._next = now

    def wait(self, now: float) -> float:
        """Return the seconds until a message is due; 0 when one is due already."""
        return max(0.0, self._next - now) if self._rate else 0.0

    def due(self, now: float) -> float:
        """Return how many whole messages are due; infinitely many without a limit."""
        if not self._rate:
            return inf
        late = min(now - self._next, MAX_LAG)
        return int(late * self._rate) + 1 if late >= 0 else 0

    def spend(self, count: int, now: float) -> None:
        """Count messages as sent."""
        if self._rate:
            self._next = max(self._next, now - MAX_LAG) + count / self._rate

    def asked(self, now: float) -> int:
        """Return how many messages the rate has asked for since the start; 0 without a limit."""
        return int((now - self._start) * self._rate) + 1 if self._rate else 0
