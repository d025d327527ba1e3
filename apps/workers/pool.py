"""The threads that handlers run in, away from the connection."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import repeat
from threading import Lock, Thread
from time import monotonic
from typing import Any, Generic, TypeVar

from workers.judge import Judge
from workers.outcome import Delivery, Outcome

AnyJudge = TypeVar("AnyJudge", bound=Callable[..., Any])


class ClosedError(Exception):
    """Ends a thread that has nothing to do any more."""


class Threads(ABC, Generic[AnyJudge]):
    """Runs a handler in threads. Every method but the threads' own is for the I/O thread.

    Nothing is locked for a message and nobody who works is woken: deliveries lie in a deque that
    the threads take from, and only for a thread that sleeps a bell is rung. `on_finished` is called
    from a handler's thread when it has nothing to do, or when `enough` outcomes wait; it is not
    called again before they were collected.
    """

    def __init__(
        self, judges: Sequence[AnyJudge], on_finished: Callable[[], None], enough: int = 1
    ) -> None:
        self.in_hand = 0
        """Deliveries put in whose outcome was not collected."""
        self._on_finished = on_finished
        self._enough = enough
        self._waiting: deque[Delivery] = deque()
        self._idle: deque[Lock] = deque()
        self._outcomes: deque[Outcome] = deque()
        self._announced = False
        self._closed = False
        self._size = len(judges)
        for number, judge in enumerate(judges):
            Thread(target=self._run, args=(judge,), name=f"handler-{number}", daemon=True).start()

    def put(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries to the threads that are free next."""
        self.in_hand += len(deliveries)
        self._waiting.extend(deliveries)
        self._ring(len(deliveries))

    def take_back(self) -> list[Delivery]:
        """Give back the deliveries that no handler has begun."""
        taken: list[Delivery] = []
        while True:
            try:
                taken.append(self._waiting.popleft())
            except IndexError:
                self.in_hand -= len(taken)
                return taken

    def collect(self) -> list[Outcome]:
        """Give what the handlers have finished."""
        # Before the first look, so that an outcome after the last one is announced again.
        self._announced = False
        outcomes = self._outcomes
        taken = [outcomes.popleft() for _ in repeat(None, len(outcomes))]
        self.in_hand -= len(taken)
        return taken

    def close(self) -> None:
        """Let each thread end once it has nothing to do."""
        self._closed = True
        Threads._ring(self, self._size)

    def _run(self, judge: AnyJudge) -> None:
        with suppress(ClosedError):
            self._work(judge)

    @abstractmethod
    def _work(self, judge: AnyJudge) -> None:
        """Take deliveries, have them judged and put their outcomes; in a thread, for ever."""

    def _ring(self, times: int) -> None:
        """Wake so many of those that sleep; not all need to."""
        for _ in repeat(None, min(times, len(self._idle))):
            try:
                bell = self._idle.pop()
            except IndexError:
                return
            bell.release()

    def _rest(self, bell: Lock, seconds: float = -1) -> bool:
        """Sleep until there may be work; False when the seconds were over before.

        Raises ClosedError where there will be none.
        """
        if self._outcomes:
            self._announce()
        self._idle.append(bell)
        came = (self._waiting or self._closed) and self._leave(bell)
        # What came before the bell hung there was not rung for.
        if not came and not bell.acquire(timeout=seconds):
            if self._leave(bell):
                return False
            bell.acquire()  # Somebody rings just now.
        if self._closed and not self._waiting:
            if seconds < 0:
                raise ClosedError
            return False
        return True

    def _leave(self, bell: Lock) -> bool:
        """Take the bell away again; False when it is about to be rung, or was."""
        try:
            self._idle.remove(bell)
        except ValueError:
            return False
        return True

    def _announce(self) -> None:
        if not self._announced:
            self._announced = True
            self._on_finished()


class Pool(Threads[Judge]):
    """Runs a handler that takes one message."""

    def _work(self, judge: Judge) -> None:
        bell = silent_bell()
        popleft, put, outcomes = self._waiting.popleft, self._outcomes.append, self._outcomes
        while True:
            try:
                delivery = popleft()
            except IndexError:
                self._rest(bell)
                continue
            started = monotonic()
            result = judge(delivery[2])
            put((delivery, result, monotonic() - started))
            if len(outcomes) >= self._enough:
                self._announce()


def silent_bell() -> Lock:
    """Return a bell that has not been rung: a lock, held."""
    bell = Lock()
    bell.acquire()
    return bell
