"""Which deliveries may be acknowledged together."""

from __future__ import annotations


class AckMark:
    """The low-water mark of one channel's delivery tags, which count up from 1.

    A broker takes an ack for "all up to this tag" only when that tag itself is still
    unacknowledged, and tag 0 would acknowledge everything. So `take` gives only a tag that was
    handled, has nothing open below it and was not given before.
    """

    def __init__(self) -> None:
        self._low = 0
        self._ackable: int | None = None
        self._beyond: dict[int, bool] = {}
        self.ready = 0
        """How many handled deliveries the next `take` covers."""

    def handled(self, tag: int) -> None:
        """Note a delivery as handled: it needs an ack."""
        self._close(tag, needs_ack=True)

    def settled(self, tag: int) -> None:
        """Note a delivery as answered on its own, by a reject, a nack or a single ack."""
        self._close(tag, needs_ack=False)

    def take(self) -> int | None:
        """Return the tag of the next "all up to" ack, or None when there is nothing to ack."""
        tag, self._ackable, self.ready = self._ackable, None, 0
        return tag

    def take_beyond(self) -> list[int]:
        """Return the handled tags that an open one below keeps from the mark, to ack singly."""
        tags = [tag for tag, needs_ack in self._beyond.items() if needs_ack]
        self._beyond.update(dict.fromkeys(tags, False))
        return tags

    def _close(self, tag: int, needs_ack: bool) -> None:
        self._beyond[tag] = needs_ack
        while (low := self._low + 1) in self._beyond:
            self._low = low
            if self._beyond.pop(low):
                self._ackable = low
                self.ready += 1
