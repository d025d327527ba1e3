"""Silence for libraries that write to file descriptor 2 whatever they are told."""

from __future__ import annotations

import os
import threading


class QuietStderr:
    """Points file descriptor 2 at nothing while any thread is inside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = 0
        self._stderr = -1

    def __enter__(self) -> None:
        with self._lock:
            self._threads += 1
            if self._threads == 1:
                self._stderr = os.dup(2)
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, 2)
                os.close(nothing)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._threads -= 1
            if self._threads == 0:
                os.dup2(self._stderr, 2)
                os.close(self._stderr)


QUIET = QuietStderr()
"""The one instance: descriptor 2 belongs to the whole process."""
