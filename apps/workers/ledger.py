"""What was published and is not confirmed yet."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Generic, NamedTuple, Protocol, TypeVar


class Identified(Protocol):
    """A message that can be told from every other."""

    @property
    def id(self) -> str: ...


M = TypeVar("M", bound=Identified)


class Settlement(NamedTuple):
    """What one confirm frame settled."""

    confirmed: int
    returned: int
    oldest: float
    """When the oldest message of the frame was sent."""


class Ledger(Generic[M]):
    """The unconfirmed messages of one producer, across its channels.

    A message is either on the wire (`sent`, by its delivery tag) or waits in `again` to be
    published once more. New messages are taken only while `again` is empty, so the two
    together never exceed `window`.
    """

    def __init__(self, window: int) -> None:
        self.again: deque[M] = deque()
        self._window = window
        self._tag = 0
        self._sent: OrderedDict[int, tuple[M, float]] = OrderedDict()
        self._returned: set[str] = set()

    def __len__(self) -> int:
        return len(self._sent) + len(self.again)

    def __iter__(self) -> Iterator[M]:
        yield from (message for message, _ in self._sent.values())
        yield from self.again

    @property
    def room(self) -> int:
        """How many messages may go on the wire now."""
        return self._window - len(self._sent)

    @property
    def oldest(self) -> float | None:
        """When the message that waits longest for its confirm was sent."""
        return next((sent for _, sent in self._sent.values()), None)

    def send(self, message: M, now: float) -> int:
        """Note a message as published, and return its delivery tag."""
        self._tag += 1
        self._sent[self._tag] = (message, now)
        return self._tag

    def give_back(self, message_id: str) -> None:
        """Note a message as returned; the confirm that follows then settles nothing."""
        self._returned.add(message_id)

    def confirm(self, tag: int, multiple: bool) -> Settlement:
        """Settle one tag, or all up to it; returned messages go to `again`."""
        taken = self._take(tag, multiple)
        returned = [entry for entry in taken if entry[0].id in self._returned]
        self._put_again(returned)
        oldest = taken[0][1] if taken else 0.0
        return Settlement(len(taken) - len(returned), len(returned), oldest)

    def refuse(self, tag: int, multiple: bool) -> int:
        """Move one tag, or all up to it, to `again`, and return how many that were."""
        return self._put_again(self._take(tag, multiple))

    def lose(self) -> int:
        """End the channel: what was on the wire goes to the front of `again`, in its order."""
        lost = self._put_again(list(self._sent.values()))
        self._sent.clear()
        self._tag = 0
        return lost

    def _put_again(self, entries: list[tuple[M, float]]) -> int:
        for message, _ in reversed(entries):
            self._returned.discard(message.id)
            self.again.appendleft(message)
        return len(entries)

    def _take(self, tag: int, multiple: bool) -> list[tuple[M, float]]:
        if not multiple:
            entry = self._sent.pop(tag, None)
            return [entry] if entry else []
        taken = []
        while self._sent and next(iter(self._sent)) <= tag:
            taken.append(self._sent.popitem(last=False)[1])
        return taken
