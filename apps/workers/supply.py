"""What a source gives, handed to the I/O thread without making it wait."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from threading import Event, Lock, Thread
from typing import Protocol

CLOSE_WITHIN = 1.0
"""Seconds that a source has to end in, once it need not give more."""


class Supply(Protocol):
    """A source at work."""

    failure: str | None
    """What the source raised, and where, in one line."""

    @property
    def at_hand(self) -> int:
        """How many messages the source has given and nobody has taken."""

    @property
    def over(self) -> bool:
        """Nothing is at hand and nothing will come."""

    def take(self, count: int) -> list[object]:
        """Take so many of what is at hand, or fewer; never waits for the source."""

    def stop(self) -> None:
        """Ask the source for no more. What it gave already can still be taken."""

    def tell(self, news: Callable[[], None] | None) -> None:
        """Have `news` called, from any thread, when there is something to take or the end."""

    def close(self) -> None:
        """Let the source end in good order, as far as it does so in time."""


class Direct:
    """A source that never keeps its reader waiting, asked as messages are needed."""

    at_hand = 0

    def __init__(self, given: Iterable[object]) -> None:
        self.failure: str | None = None
        self.over = False
        self._given = iter(given)

    def take(self, count: int) -> list[object]:
        """Take the next messages; fewer than asked for are the last."""
        taken: list[object] = []
        try:
            taken.extend(islice(self._given, count))
        except Exception as error:
            self.failure = _in_a_line(error)
        self.over = self.over or len(taken) < count
        return taken

    def stop(self) -> None:
        """Take nothing more from it."""
        self.over = True

    def tell(self, news: Callable[[], None] | None) -> None:
        """Do nothing: there always is something to take until the end."""

    def close(self) -> None:
        """Close what it reads."""
        _close(self._given)


class Buffered:
    """A source that may keep its reader waiting, read ahead by a thread of its own.

    No more than `bound` messages are read ahead, and no more than `limit` in all (0: no limit).
    """

    def __init__(self, given: Iterable[object], bound: int, limit: int = 0) -> None:
        self.failure: str | None = None
        self._given = given
        self._bound = bound
        self._limit = limit
        self._items: deque[object] = deque()
        self._room = Event()
        self._stopped = False
        self._ended = False
        self._news: Callable[[], None] | None = None
        self._news_lock = Lock()
        self._reader = Thread(target=self._read, name="source", daemon=True)
        self._reader.start()

    @property
    def at_hand(self) -> int:
        """How many messages were read ahead."""
        return len(self._items)

    @property
    def over(self) -> bool:
        """Everything that was read is taken, and nothing more is read."""
        return (self._ended or self._stopped) and not self._items

    def take(self, count: int) -> list[object]:
        """Take what was read ahead, and make room for more."""
        items = self._items
        taken = [items.popleft() for _ in range(min(count, len(items)))]
        self._room.set()
        return taken

    def stop(self) -> None:
        """Read no more."""
        self._stopped = True
        self._room.set()

    def tell(self, news: Callable[[], None] | None) -> None:
        """Take who is to hear of news; once this returns, nobody else does."""
        with self._news_lock:
            self._news = news

    def close(self) -> None:
        """Wait for the reader, which closes the source; one that hangs is left behind."""
        self.stop()
        self._reader.join(CLOSE_WITHIN)

    def _read(self) -> None:
        try:
            given = iter(self._given)
            for number, item in enumerate(given, 1):
                self._items.append(item)
                if len(self._items) == 1:
                    self._tell()
                if number != self._limit:
                    self._wait_for_room()
                if self._stopped or number == self._limit:
                    _close(given)
                    break
        except BaseException as error:  # a SystemExit would end this thread unseen
            self.failure = _in_a_line(error)
        finally:
            self._ended = True
            self._tell()

    def _wait_for_room(self) -> None:
        while len(self._items) >= self._bound and not self._stopped:
            # First the clear, then the look: what is taken in between sets it again.
            self._room.clear()
            if len(self._items) >= self._bound and not self._stopped:
                self._room.wait()

    def _tell(self) -> None:
        with self._news_lock:
            if self._news is not None:
                self._news()


def _close(given: Iterator[object]) -> None:
    """Have a generator run what it does at its end."""
    if close := getattr(given, "close", None):
        close()


def _in_a_line(error: BaseException) -> str:
    """Name an exception and the line of the source that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"
