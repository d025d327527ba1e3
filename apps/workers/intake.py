"""The messages of a source, numbered and taken as the pace allows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import time

from workers import logs
from workers.audit import message_id
from workers.pace import Pace
from workers.publishing import BadMessageError, Outgoing, outgoing
from workers.supply import Supply
from workers.tracing import Tracing


class Intake:
    """Takes from a source in batches, and numbers what it takes from `after` + 1 on.

    It is over when the source is, after the message `limit` (0: no limit), once stopped, or at
    what cannot be published: then `failed` is true and the log says why. Messages up to
    `perhaps_sent` are marked as republished.
    """

    def __init__(
        self,
        supply: Supply,
        instance: str,
        pace: Pace,
        largest: int,
        limit: int = 0,
        after: int = 0,
        perhaps_sent: int = 0,
        tracing: Tracing | None = None,
    ) -> None:
        self.failure: str | None = None
        """What ended it before its time."""
        self.taken = after
        self.instance = instance
        self._supply = supply
        self._pace = pace
        self._largest = largest
        self._limit = limit
        self._perhaps_sent = perhaps_sent
        self._tracing = tracing
        self._stopped = False

    @property
    def failed(self) -> bool:
        """The source raised, or gave what cannot be published."""
        return self.failure is not None

    @property
    def over(self) -> bool:
        """Nothing more will be taken."""
        return self.failed or self._limit_is_reached or self._supply.over

    @property
    def at_hand(self) -> int:
        """How many messages have left the source and are still to be taken."""
        return 0 if self.failed or self._limit_is_reached else self._supply.at_hand

    def stop(self) -> None:
        """Ask the source for nothing more; what it gave is taken at once, whatever the pace."""
        self._stopped = True
        self._supply.stop()
        self._notice_failure()

    def tell(self, news: Callable[[], None] | None) -> None:
        """Have `news` called, from any thread, when there is something to take or the end."""
        self._supply.tell(news)

    def close(self) -> None:
        """Let the source end."""
        self._supply.close()

    def wait(self, now: float) -> float:
        """Return the seconds until the next message is due."""
        return 0.0 if self.over else self._pace.wait(now)

    def asked(self, now: float) -> int:
        """Return how many messages the rate has asked for until now."""
        return self._pace.asked(now)

    def take(self, now: float, room: int) -> list[Outgoing]:
        """Return the next messages that are due, at most `room`."""
        if self.over:
            # The source may have raised after all that it gave was taken.
            self._notice_failure()
            return []
        count = room if self._stopped else int(min(self._pace.due(now), room))
        if self._limit:
            count = min(count, self._limit - self.taken)
        taken = self._number(self._supply.take(count)) if count > 0 else []
        self._pace.spend(len(taken), now)
        self._notice_failure()
        return taken

    @property
    def _limit_is_reached(self) -> bool:
        return 0 < self._limit <= self.taken

    def _number(self, given: list[object]) -> list[Outgoing]:
        """Make messages of what a source gave, up to one that cannot be published."""
        batch: list[Outgoing] = []
        created, largest, sequence = int(time()), self._largest, self.taken
        for each in given:
            own_id = message_id(self.instance, sequence + 1)
            if type(each) is bytes and len(each) <= largest:
                message = Outgoing(sequence + 1, own_id, each, created)
            else:
                try:
                    message = outgoing(each, sequence + 1, own_id, created, largest)
                except BadMessageError as error:
                    self._fail(str(error), sequence=sequence + 1)
                    break
            sequence += 1
            batch.append(message if sequence > self._perhaps_sent else message.republished())
        self.taken = sequence
        return list(map(self._tracing.outgoing, batch)) if self._tracing else batch

    def _notice_failure(self) -> None:
        if self._supply.failure is not None and self._supply.over and not self._limit_is_reached:
            self._fail(f"the source raised {self._supply.failure}")

    def _fail(self, detail: str, sequence: int = 0) -> None:
        if self.failed:
            return
        sequence = sequence or self.taken + 1
        self.failure = f"message {sequence}: {detail}"
        self._supply.stop()
        logs.event("source_failed", logging.ERROR, sequence=sequence, detail=detail)
