"""The producer: publishes what its source gives until the broker has confirmed all of it."""

from __future__ import annotations

import logging
import re
from time import monotonic
from typing import Any

from pika.exceptions import ChannelClosedByBroker
from pika.spec import Basic

from workers import logs
from workers.audit import ConfirmedAudit
from workers.faults import Fault
from workers.health import Status
from workers.hold import Hold
from workers.intake import Intake
from workers.ledger import Ledger
from workers.metrics import ProducerMetrics
from workers.publishing import Outgoing
from workers.resume import Resume
from workers.session import Session
from workers.settings import Settings
from workers.wire import Wire

SHORTEST_WAIT = 0.001
"""Seconds; above 1,000 messages a second several go out at each timer."""
REFILL_SHARE = 10
"""The window is filled up once a tenth of it is free: fewer, larger writes."""
TOO_LARGE = re.compile(r"message size (\d+) is larger")
"""What RabbitMQ says of a body beyond its max_message_size."""


class Producer:
    """Publishes at a rate, and keeps each message in a ledger until it is confirmed.

    What a connection leaves unconfirmed is published again, first and under the same id, by
    the next one.
    """

    def __init__(
        self,
        settings: Settings,
        intake: Intake,
        status: Status,
        metrics: ProducerMetrics,
    ) -> None:
        self.resume: Resume | None = None
        """Keeps the mark on disk, if there is one."""
        self._settings = settings
        self._refill = max(1, settings.window // REFILL_SHARE)
        self._intake = intake
        self._metrics = metrics
        self._ledger: Ledger[Outgoing] = Ledger(settings.window)
        self._session: Session | None = None
        self._wire: Wire | None = None
        self._timer_is_set = False
        self._hold = Hold(status)
        self._audit = ConfirmedAudit(intake.instance, settings.audit)
        self._ticked_at = monotonic()
        self._asked = 0
        metrics.gauge("unconfirmed", "Messages not confirmed yet", lambda: len(self._ledger))

    @property
    def in_flight(self) -> int:
        """How many messages have left the source and are not confirmed."""
        return len(self._ledger) + self._intake.at_hand

    @property
    def failed(self) -> bool:
        """The source ended with a fault."""
        return self._intake.failed

    @property
    def failure(self) -> str | None:
        """The fault that the source ended with, and at which message."""
        return self._intake.failure

    @property
    def confirmed_through(self) -> int:
        """The sequence up to which everything is confirmed."""
        return min((each.sequence for each in self._ledger), default=self._intake.taken + 1) - 1

    def begin(self, session: Session) -> None:
        """Ask for confirms, then publish."""
        self._session = session
        self._timer_is_set = False
        self._wire = Wire(session.channel, self._settings.queue, self._settings.app_id)
        session.channel.add_on_return_callback(self._on_return)
        session.channel.add_on_close_callback(self._on_channel_closed)
        session.channel.confirm_delivery(self._on_confirm, callback=self._on_confirms_on)
        self._intake.tell(lambda: session.call_threadsafe(self._publish))

    def tick(self) -> None:
        """Publish what a hold kept back, and give up a connection that confirms nothing."""
        now = monotonic()
        self._count_time(now)
        if self._audit.due(now):
            self._audit.write(self.confirmed_through)
        if self.resume is not None:
            self.resume.tick(self._intake.taken, now)
        self._publish()
        session, oldest = self._session, self._ledger.oldest
        if session is None or session.blocked or oldest is None:
            return
        waited = now - max(oldest, session.unblocked_at)
        if waited > self._settings.confirm_timeout:
            session.drop(Fault("confirm_timeout", f"nothing was confirmed for {waited:.0f} s"))

    def drain(self) -> None:
        """Take no more from the source."""
        self._intake.stop()
        self._finish_if_done()

    def end(self) -> None:
        """Keep what is unconfirmed for the next session."""
        self._intake.tell(None)
        self._session = None
        if lost := self._ledger.lose():
            logs.event("unconfirmed", logging.WARNING, messages=lost)
        self._audit.write(self.confirmed_through)

    def close(self) -> None:
        """Let the source end, and note where to go on; no session follows."""
        self._intake.close()
        if self.resume is not None:
            self.resume.close(self._intake.taken)

    def _on_confirms_on(self, _frame: object) -> None:
        if self._session is not None:
            self._session.ready = True
            self._publish()

    def _publish(self) -> None:
        """Put on the wire what is due and fits into the window."""
        session, wire, now = self._session, self._wire, monotonic()
        if session is None or wire is None or not (session.ready and session.open):
            return
        if session.blocked or self._hold.on(now):
            return
        if self._ledger.room >= self._refill:
            again = [message.republished() for message in self._ledger.take_again()]
            self._send(wire, again, now)
            self._metrics.republished.inc(len(again))
            if not self._ledger.again:
                self._send(wire, self._intake.take(now, self._room(now)), now)
        self._finish_if_done()
        if wait := self._intake.wait(now):
            self._come_back(session, wait)

    def _room(self, now: float) -> int:
        """Return how many new messages may be sent."""
        room = self._ledger.room
        if room and self.resume is not None:
            room = min(room, self.resume.room(self._intake.taken, now))
        return room

    def _send(self, wire: Wire, messages: list[Outgoing], now: float) -> None:
        if messages:
            self._ledger.send(messages, now)
            wire.publish(messages)
            self._metrics.published.inc(len(messages))

    def _come_back(self, session: Session, wait: float) -> None:
        """Publish again when the next message is due."""
        if not self._timer_is_set:
            self._timer_is_set = True
            session.call_later(max(wait, SHORTEST_WAIT), self._on_timer)

    def _on_timer(self) -> None:
        self._timer_is_set = False
        self._publish()

    def _on_confirm(self, frame: Any) -> None:
        method, now = frame.method, monotonic()
        if not 0 < method.delivery_tag <= self._ledger.last_tag:
            self._on_wrong_confirm(method.delivery_tag)
            return
        if isinstance(method, Basic.Nack):
            nacked = self._ledger.refuse(method.delivery_tag, method.multiple)
            self._metrics.nacked.inc(nacked)
            self._hold.back("the broker refuses messages", now)
            return
        settled = self._ledger.confirm(method.delivery_tag, method.multiple)
        if settled.confirmed:
            self._metrics.confirmed.inc(settled.confirmed)
            self._metrics.confirm_seconds.observe(now - settled.oldest)
        if settled.returned:
            self._hold.back("messages reach no queue", now)
        elif settled.confirmed:
            self._hold.release()
        self._publish()

    def _on_wrong_confirm(self, tag: int) -> None:
        """Give up a peer that confirms what was never sent: what else it confirms is worth nothing.

        Only a peer that is no broker, or a network that mangles, does that.
        """
        if self._session is not None:
            text = f"a confirm of message {tag}; expected 1 to {self._ledger.last_tag}"
            self._session.drop(Fault("protocol", text), at_once=True)

    def _on_return(self, _channel: object, _method: object, properties: Any, _body: bytes) -> None:
        self._metrics.returned.inc()
        if properties.message_id:
            self._ledger.give_back(properties.message_id)

    def _on_channel_closed(self, _channel: object, error: Exception) -> None:
        """Name the message whose body the broker does not take: it says only its size."""
        if isinstance(error, ChannelClosedByBroker) and (
            found := TOO_LARGE.search(error.reply_text)
        ):
            size = int(found[1])
            for message in self._ledger:
                if len(message.body) == size:
                    logs.event(
                        "too_large",
                        logging.ERROR,
                        sequence=message.sequence,
                        id=message.id,
                        detail=error.reply_text,
                    )
                    return

    def _count_time(self, now: float) -> None:
        """Count what the rate asks for, and the time in which nothing may be published."""
        passed, self._ticked_at = now - self._ticked_at, now
        if not self._intake.over:
            asked = self._intake.asked(now)
            self._metrics.expected.inc(asked - self._asked)
            self._asked = asked
        if self._session is not None and self._session.blocked:
            self._metrics.held_seconds.labels("blocked").inc(passed)
        elif self._hold.on(now):
            self._metrics.held_seconds.labels("refused").inc(passed)

    def _finish_if_done(self) -> None:
        if self._session is not None and self._intake.over and not self._ledger:
            self._session.finish()
