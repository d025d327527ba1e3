"""The process that renders cases for pytest's own: see `renderer`."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from contextlib import suppress
from math import ceil
from queue import Empty, SimpleQueue
from time import thread_time
from typing import BinaryIO

from chartproof.snapshot.ahead import TOGETHER
from chartproof.snapshot.batch import Charts, answers
from chartproof.snapshot.renderer import Request

CORES = os.cpu_count() or 1
SLOW_S = 0.008
"""Seconds of a processor for a case. What takes less nearly keeps up with pytest, which takes two
milliseconds for each; what takes more is worth another thread, which costs all of them some."""


class Workers:
    """The threads that answer: one, and others where a case takes it long.

    Helm renders without holding Python's lock, which threads share otherwise; and pytest has a core
    to itself meanwhile.
    """

    def __init__(self, answers_to: BinaryIO) -> None:
        self.waiting = SimpleQueue[Request]()
        self._charts = Charts()
        self._answers_to = answers_to
        self._lock = threading.Lock()
        self._count = 0
        self._size = 1
        self._add()

    def _add(self) -> None:
        with self._lock:
            if self._count < CORES:
                self._count += 1
                threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        has_begun = False
        while True:
            requests = self._taken()
            start = thread_time()
            for answer in answers(self._charts, requests):
                message = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
                with self._lock:
                    self._answers_to.write(message)
                    self._answers_to.flush()
            # The first have found the chart unread.
            if has_begun and thread_time() - start > SLOW_S * len(requests):
                self._add()
            has_begun = True

    def _taken(self) -> list[Request]:
        """Wait for a request, and take it with this worker's share of those that wait beside it."""
        requests = [self.waiting.get()]
        share = min(ceil(self.waiting.qsize() / self._count), self._size)
        self._size = min(2 * self._size, TOGETHER - 1)  # the first are few: pytest waits for them
        with suppress(Empty):  # another worker was quicker
            requests.extend(self.waiting.get_nowait() for _ in range(share))
        return requests


def main() -> None:
    """Serve the process that started this one, by standard input and output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then leaves
    answers_to = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand between the answers
    workers = Workers(answers_to)
    while True:
        try:
            workers.waiting.put(pickle.load(sys.stdin.buffer))  # noqa: S301 - from the parent alone
        except EOFError:
            os._exit(0)  # nobody waits for what is under way
