"""How long a handler may run in its thread."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from threading import Lock, get_ident
from time import monotonic
from typing import Any, TypeVar

Argument = TypeVar("Argument")

TURNS = 100
"""Of a loop; Python looks at each of them whether there is something to raise."""
RAISE: Any = ctypes.pythonapi.PyThreadState_SetAsyncExc


class HandlerTimeout(BaseException):
    """Raised in a handler that has run for too long.

    No `except Exception` of the handler's catches it. Python raises it between two of its own
    instructions: a handler that waits in a call to C, such as `time.sleep`, gets it after that.
    """


class Deadline:
    """The time that one thread's handler may take, in seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._thread_id = 0
        self._until: float | None = None
        self._interrupted = False

    def limit(self, handler: Callable[[Argument], object]) -> Callable[[Argument], None]:
        """Return a handler that ends with HandlerTimeout once `enforce` finds it over its time."""

        def limited(argument: Argument) -> None:
            returned = False
            try:
                try:
                    self._begin()
                    handler(argument)
                    returned = True
                finally:
                    self._finish()
            except HandlerTimeout:
                # It may have come while the thread was on its way out of the handler.
                self._finish()
                if not returned:
                    text = f"the handler ran longer than {self._seconds:g} s"
                    raise HandlerTimeout(text) from None

        return limited

    def enforce(self, now: float) -> float | None:
        """Interrupt a handler whose time is over; from another thread, now and then.

        Returns for how many seconds it has run, when it did not end within its time again.
        """
        with self._lock:
            if self._until is None or now < self._until:
                return None
            if not self._interrupted:
                self._interrupted = True
                RAISE(ctypes.c_ulong(self._thread_id), ctypes.py_object(HandlerTimeout))
            overdue = now - self._until
            return self._seconds + overdue if overdue >= self._seconds else None

    def _begin(self) -> None:
        with self._lock:
            self._thread_id = get_ident()
            self._interrupted = False
            self._until = monotonic() + self._seconds

    def _finish(self) -> None:
        """Make sure that nothing is raised after this: not in the thread's own work.

        What was asked for and has not come yet is let come. It is not taken back: Python 3.11 would
        go on to look for it, at each turn in the slow way, and under a debugger or a coverage's
        trace without an end.
        """
        with self._lock:
            self._until = None
            if self._interrupted:
                self._interrupted = False
                try:
                    for _ in range(TURNS):
                        pass
                except HandlerTimeout:
                    pass
