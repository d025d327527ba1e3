"""The request to stop, from a signal or a clock."""

from __future__ import annotations

import os
import signal
from time import monotonic
from types import FrameType

from workers.exits import Exit

SIGNALS = (signal.SIGTERM, signal.SIGINT)
ECHO = 0.5
"""Seconds in which a further signal is the same request: `timeout` and supervisors that signal the
process and its group send each one twice."""


class Drain:
    """Whether the worker should finish, and by when.

    `grace` is how many seconds it may take once asked; `after` asks by itself so many seconds
    from now.
    """

    def __init__(self, grace: float, after: float | None = None) -> None:
        self._grace = grace
        self._asked_at = None if after is None else monotonic() + after
        self._signalled_at: float | None = None

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as the request; a later one ends the process at once."""
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    @property
    def requested(self) -> bool:
        """Nothing new should be taken."""
        return self._asked_at is not None and monotonic() >= self._asked_at

    @property
    def expired(self) -> bool:
        """The time to finish in is over."""
        return self._asked_at is not None and monotonic() >= self._asked_at + self._grace

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        # Only this: a handler may interrupt pika, or a lock, anywhere.
        if self._signalled_at is None:
            self._signalled_at = monotonic()
        elif monotonic() >= self._signalled_at + ECHO:
            os._exit(Exit.UNDRAINED)
        if not self.requested:
            self._asked_at = monotonic()
