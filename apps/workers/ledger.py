"""What was published and is not confirmed yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, NamedTuple, Protocol, TypeVar


class Identified(Protocol):
    """A message with the id that the broker gives back with it."""

    @property
    def id(self) -> str: ...


M = TypeVar("M", bound=Identified)


class Batch(NamedTuple):
    """Messages that were sent together."""

    last_tag: int
    sent_at: float


class Settlement(NamedTuple):
    """What one confirm frame settled."""

    confirmed: int
    returned: int
    oldest: float
    """When the oldest message of the frame was sent."""


class Ledger(Generic[M]):
    """The unconfirmed messages of one producer, across its channels.

    A message is either on the wire, by its delivery tag, or waits in `again` to be published
    once more. New messages are taken only while `again` is empty, so the two together never
    exceed `window`. Times are in seconds, of any one clock.
    """

    def __init__(self, window: int) -> None:
        self.again: deque[M] = deque()
        self._window = window
        self._first_tag = 1
        # Delivery tags are consecutive: a message's place is its tag. None stands for one that
        # was settled before those in front of it, which never is the first.
        self._sent: deque[M | None] = deque()
        self._holes = 0
        self._batches: deque[Batch] = deque()
        self._returned: set[str] = set()

    def __len__(self) -> int:
        return len(self._sent) - self._holes + len(self.again)

    def __iter__(self) -> Iterator[M]:
        yield from self._on_the_wire()
        yield from self.again

    @property
    def room(self) -> int:
        """How many messages may go on the wire now."""
        return self._window - len(self._sent) + self._holes

    @property
    def oldest(self) -> float | None:
        """When the message that waits longest for its confirm was sent."""
        return self._batches[0].sent_at if self._sent else None

    @property
    def last_tag(self) -> int:
        """The delivery tag of what was sent last on this channel; 0 when nothing was."""
        return self._first_tag + len(self._sent) - 1

    def send(self, messages: Sequence[M], now: float) -> None:
        """Note messages as published, under the delivery tags that follow."""
        if messages:
            self._sent.extend(messages)
            self._batches.append(Batch(self._first_tag + len(self._sent) - 1, now))

    def take_again(self) -> list[M]:
        """Take what is to be published once more and fits on the wire, in its order."""
        return _take_left(self.again, min(self.room, len(self.again)))

    def give_back(self, message_id: str) -> None:
        """Note a message as returned; the confirm that follows then settles nothing."""
        if len(self._returned) >= 2 * self._window:
            # Strangers are among them, which nobody will ever confirm.
            self._returned.intersection_update(each.id for each in self._on_the_wire())
        self._returned.add(message_id)

    def confirm(self, tag: int, multiple: bool) -> Settlement:
        """Settle one tag, or all up to it; returned messages go to `again`."""
        oldest = self._batch_of(self._first_tag if multiple else tag)
        taken = self._take(tag, multiple)
        returned = [each for each in taken if each.id in self._returned] if self._returned else []
        self._put_again(returned)
        return Settlement(len(taken) - len(returned), len(returned), oldest)

    def refuse(self, tag: int, multiple: bool) -> int:
        """Move one tag, or all up to it, to `again`, and return how many that were."""
        return self._put_again(self._take(tag, multiple))

    def lose(self) -> int:
        """End the channel: what was on the wire goes to the front of `again`, in its order."""
        lost = list(self._on_the_wire())
        self._sent.clear()
        self._batches.clear()
        self._holes = 0
        self._first_tag = 1
        return self._put_again(lost)

    def _on_the_wire(self) -> Iterable[M]:
        return (message for message in self._sent if message is not None)

    def _put_again(self, messages: Sequence[M]) -> int:
        self.again.extendleft(reversed(messages))
        if self._returned and messages:
            # An id that two messages share says not which of them came back: as long as one
            # of them is on the wire, either may be it.
            self._returned.intersection_update(each.id for each in self._on_the_wire())
        return len(messages)

    def _batch_of(self, tag: int) -> float:
        """Return when a tag was sent; 0.0 for one that never was."""
        return next((each.sent_at for each in self._batches if tag <= each.last_tag), 0.0)

    def _take(self, tag: int, multiple: bool) -> list[M]:
        place = tag - self._first_tag
        if not 0 <= place < len(self._sent):
            place = len(self._sent) - 1 if multiple and place > 0 else -1
        if place < 0:
            return []
        if multiple or place == 0:
            taken = _take_left(self._sent, place + 1)
            self._first_tag += place + 1
            self._close_up()
            found = [each for each in taken if each is not None] if self._holes else taken
            self._holes -= len(taken) - len(found)
            return found  # type: ignore[return-value]
        message = self._sent[place]
        self._sent[place] = None
        self._holes += message is not None
        return [message] if message is not None else []

    def _close_up(self) -> None:
        """Leave no hole in front, and no batch of which nothing is on the wire."""
        while self._sent and self._sent[0] is None:
            self._sent.popleft()
            self._first_tag += 1
            self._holes -= 1
        while self._batches and self._batches[0].last_tag < self._first_tag:
            self._batches.popleft()


T = TypeVar("T")


def _take_left(queue: deque[T], count: int) -> list[T]:
    taken = list(islice(queue, count))
    for _ in taken:
        queue.popleft()
    return taken
