"""Moving dead letters back to where they can be handled."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple

from pika import spec
from pika.channel import Channel

from workers.deadletter import DeadLetter
from workers.faults import Fault
from workers.session import Session

WINDOW = 200
"""Messages published and not confirmed, at most: so few come twice after a kill."""
LINGER = 0.5
"""Seconds between the last answer and the close; see the consumer's."""


@dataclass(frozen=True)
class Plan:
    """What is to become of which dead letters."""

    to: str | None = None
    """The queue for all; without it each goes to the queue where it died first."""
    limit: int = 0
    """Move so many at most; 0: all that are there at the start."""
    ids: frozenset[str] = frozenset()
    """Move only these; empty: any."""
    max_redrives: int | None = None
    """Move one that was moved so often to `parking` instead."""
    parking: str | None = None
    dry_run: bool = False

    def wants(self, letter: DeadLetter) -> bool:
        """Tell whether it is one of those to move."""
        return not self.ids or letter.id in self.ids

    def target(self, letter: DeadLetter) -> str | None:
        """Return the queue that it goes to; None when nothing says which."""
        if self.max_redrives is not None and letter.redrives >= self.max_redrives:
            return self.parking
        return self.to or letter.queue


class Row(NamedTuple):
    """One letter of a dry run."""

    letter: DeadLetter
    target: str | None


@dataclass
class Report:
    """What has become of the letters."""

    moved: Counter[str] = field(default_factory=Counter)
    """How many went to each queue."""
    left: Counter[str] = field(default_factory=Counter)
    """How many could not be moved, by the reason why."""
    rows: list[Row] = field(default_factory=list)
    """The letters of a dry run, in the order of the queue."""
    found: set[str] = field(default_factory=set)
    """Those of the plan's ids that are, or were, there."""
    complete: bool = False
    """All that the plan is about was looked at."""


class _Sent(NamedTuple):
    tag: int
    target: str
    at: float


class Redrive:
    """A role that publishes each letter again, and takes it away once that is confirmed.

    It gets them one by one, so what it does not want stays in its hands until the end and is then
    given back in its order, by nacks, which from RabbitMQ 4.3 on do not count as failures. What
    comes while it works is left alone, or a message that dies again at once would go in circles.
    """

    def __init__(self, plan: Plan, confirm_timeout: float) -> None:
        self.report = Report()
        self._plan = plan
        self._confirm_timeout = confirm_timeout
        self._session: Session | None = None
        self._sent: OrderedDict[int, _Sent] = OrderedDict()
        self._published = 0
        self._missing: set[str] = set()
        """Queues that are not there: a message to one of them was returned."""
        self._left: Counter[str] = Counter()
        self._holds = 0
        self._remaining: int | None = None
        self._getting = False
        self._stopped = False
        self._finishing = False

    @property
    def in_flight(self) -> int:
        """How many letters are published and not confirmed."""
        return len(self._sent)

    def begin(self, session: Session) -> None:
        """Ask for confirms, then for the first letter."""
        self._session = session
        self.report.rows.clear()
        channel = session.channel
        channel.add_on_return_callback(self._on_return)
        channel.add_callback(self._on_empty, [spec.Basic.GetEmpty], one_shot=False)
        channel.confirm_delivery(self._on_confirm, callback=self._on_confirms_on)

    def tick(self) -> None:
        """Give up a connection that confirms nothing."""
        session = self._session
        if session is None or session.blocked or not self._sent:
            return
        oldest = next(iter(self._sent.values())).at
        waited = monotonic() - max(oldest, session.unblocked_at)
        if waited > self._confirm_timeout:
            session.drop(Fault("confirm_timeout", f"nothing was confirmed for {waited:.0f} s"))

    def drain(self) -> None:
        """Take no more."""
        if not self._stopped:
            self._stopped = True
            self._go_on()

    def end(self) -> None:
        """Forget what was not settled: the broker has all of it still, and gives it again."""
        self._session = None
        self._sent.clear()
        self._missing.clear()
        self._left.clear()
        self._remaining = None
        self._published = self._holds = 0
        self._getting = self._finishing = False

    def _on_confirms_on(self, _frame: object) -> None:
        if self._session is not None:
            self._session.ready = True
            self._go_on()

    def _go_on(self) -> None:
        """Get the next letter, or end."""
        session = self._session
        if session is None or not (session.ready and session.open) or self._finishing:
            return
        if not self._over:
            if not self._getting and len(self._sent) < WINDOW:
                self._getting = True
                session.channel.basic_get(session.queue, self._on_letter)
        elif not self._sent and not self._getting:
            self._finish(session)

    @property
    def _over(self) -> bool:
        """No more letters are to be got."""
        moving = sum(self.report.moved.values()) + len(self._sent)
        enough = bool(self._plan.limit) and moving + len(self.report.rows) >= self._plan.limit
        return self._stopped or self._remaining == 0 or enough

    def _on_empty(self, _frame: object) -> None:
        self._getting = False
        self._remaining = 0
        self._go_on()

    def _on_letter(self, channel: Channel, method: Any, properties: Any, body: bytes) -> None:
        self._getting = False
        if self._remaining is None:
            self._remaining = method.message_count + 1
        self._remaining -= 1
        letter = DeadLetter.of(properties)
        if not self._plan.wants(letter):
            self._holds += 1
        else:
            self._take(channel, method.delivery_tag, letter, properties, body)
        self._go_on()

    def _take(
        self, channel: Channel, tag: int, letter: DeadLetter, properties: Any, body: bytes
    ) -> None:
        if self._plan.ids and letter.id:
            self.report.found.add(letter.id)
        target = self._plan.target(letter)
        if self._plan.dry_run:
            self.report.rows.append(Row(letter, target))
        if target is None:
            self._leave("nothing says which queue it died in; name one by --to")
        elif target in self._missing:
            self._leave(_no_queue(target))
        elif self._plan.dry_run:
            self._holds += 1
        else:
            self._published += 1
            self._sent[self._published] = _Sent(tag, target, monotonic())
            again = letter.revived(properties)
            channel.basic_publish("", target, body, again, mandatory=True)

    def _leave(self, why: str) -> None:
        self._holds += 1
        self._left[why] += 1

    def _on_return(self, _channel: object, method: Any, _properties: object, _body: bytes) -> None:
        # It does not say which message it means, so all on their way there count as not arrived:
        # one may come twice where a queue is deleted just now, and none is lost.
        self._missing.add(method.routing_key)

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        numbers = [method.delivery_tag]
        if method.multiple:
            numbers = [number for number in self._sent if number <= method.delivery_tag]
        refused = isinstance(method, spec.Basic.Nack)
        for number in numbers:
            sent = self._sent.pop(number)
            if sent.target in self._missing:
                self._leave(_no_queue(sent.target))
            elif refused:
                self._leave(f"queue {sent.target!r} takes no more")
            elif self._session is not None:
                self._session.channel.basic_ack(sent.tag)
                self.report.moved[sent.target] += 1
        self._go_on()

    def _finish(self, session: Session) -> None:
        self._finishing = True
        self.report.complete = not self._stopped
        self.report.left = Counter(self._left)
        if self._holds:
            # With tag 0: all that is still unanswered on this channel.
            session.channel.basic_nack(0, multiple=True, requeue=True)
        session.call_later(LINGER, session.finish)


def _no_queue(name: str) -> str:
    return f"there is no queue {name!r}"
