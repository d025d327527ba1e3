"""The request to stop, from a signal or a clock."""

from __future__ import annotations

import os
import signal
from time import monotonic
from types import FrameType

from workers.exits import Exit

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Drain:
    """Whether the worker should finish, and by when.

    `grace` is how many seconds it may take once asked; `after` asks by itself so many seconds
    from now.
    """

    def __init__(self, grace: float, after: float | None = None) -> None:
        self._grace = grace
        self._asked_at = None if after is None else monotonic() + after

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as the request; the second one ends the process at once."""
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
        if self.requested:
            os._exit(Exit.UNDRAINED)
        self._asked_at = monotonic()
