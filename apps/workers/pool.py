"""The threads that handlers run in, away from the connection."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import NamedTuple

from workers import logs
from workers.handlers import Handler
from workers.message import Message, Reject
from workers.session import Session


class Result(Enum):
    """What became of a message; the value is the metric's label."""

    HANDLED = "handled"
    FAILED = "failed"
    REJECTED = "rejected"


class Delivery(NamedTuple):
    """A message and where it came from: its tag means something on that session only."""

    session: Session
    tag: int
    message: Message


class Outcome(NamedTuple):
    """How a handler ended."""

    delivery: Delivery
    result: Result
    seconds: float


class Pool:
    """Runs a handler in threads. Every method but the threads' own is for the I/O thread.

    `on_finished` is called from a handler's thread when there are outcomes to collect; it is
    not called again before they were.
    """

    def __init__(self, handler: Handler, threads: int, on_finished: Callable[[], None]) -> None:
        self.in_hand = 0
        """Deliveries put in whose outcome was not collected."""
        self._handler = handler
        self._on_finished = on_finished
        self._waiting: SimpleQueue[Delivery] = SimpleQueue()
        self._outcomes: deque[Outcome] = deque()
        self._announced = False
        for number in range(threads):
            Thread(target=self._work, name=f"handler-{number}", daemon=True).start()

    def put(self, delivery: Delivery) -> None:
        """Give a delivery to the next free thread."""
        self.in_hand += 1
        self._waiting.put(delivery)

    def take_back(self) -> Iterator[Delivery]:
        """Give back the deliveries that no handler has begun."""
        while True:
            try:
                delivery = self._waiting.get_nowait()
            except Empty:
                return
            self.in_hand -= 1
            yield delivery

    def collect(self) -> Iterator[Outcome]:
        """Give what the handlers have finished."""
        # Before the first look, so that an outcome after the last one is announced again.
        self._announced = False
        while self._outcomes:
            self.in_hand -= 1
            yield self._outcomes.popleft()

    def _work(self) -> None:
        while True:
            delivery = self._waiting.get()
            started = monotonic()
            result = self._handle(delivery.message)
            self._outcomes.append(Outcome(delivery, result, monotonic() - started))
            if not self._announced:
                self._announced = True
                self._on_finished()

    def _handle(self, message: Message) -> Result:
        try:
            self._handler(message)
        except Reject as reject:
            logs.event("rejected", logging.WARNING, id=message.id, reason=str(reject))
            return Result.REJECTED
        except BaseException as error:  # sys.exit() too: it must not end this thread
            detail = f"{type(error).__name__}: {error}"
            logs.event("failed", logging.ERROR, error=True, id=message.id, detail=detail)
            return Result.FAILED
        return Result.HANDLED
