"""The producer: publishes what its source gives until the broker has confirmed all of it."""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any

from pika import BasicProperties, DeliveryMode
from pika.spec import Basic

from workers import logs
from workers.audit import ConfirmedAudit
from workers.backoff import Backoff
from workers.faults import Fault
from workers.health import Status
from workers.ledger import Ledger
from workers.metrics import ProducerMetrics
from workers.session import Session
from workers.settings import Settings
from workers.source import Intake, Outgoing

SHORTEST_WAIT = 0.001
"""Seconds; above 1,000 messages a second several go out at each timer."""
REPUBLISHED = {"x-republished": True}
"""Headers of a message that was sent before: the broker may have it already."""


class Producer:
    """Publishes at a rate, and keeps each message in a ledger until it is confirmed.

    What a connection leaves unconfirmed is published again, first and under the same id, by
    the next one.
    """

    def __init__(
        self, settings: Settings, intake: Intake, status: Status, metrics: ProducerMetrics
    ) -> None:
        self._queue = settings.queue
        self._confirm_timeout = settings.confirm_timeout
        self._intake = intake
        self._status = status
        self._metrics = metrics
        self._ledger: Ledger[Outgoing] = Ledger(settings.window)
        self._session: Session | None = None
        self._timer_is_set = False
        self._hold = Backoff()
        self._hold_until = 0.0
        self._audit = ConfirmedAudit(intake.instance, settings.audit)
        self._properties = BasicProperties(  # type: ignore[no-untyped-call]
            content_type="text/plain",
            delivery_mode=DeliveryMode.Persistent.value,
            app_id=settings.app_id,
        )
        metrics.gauge("unconfirmed", "Messages not confirmed yet", lambda: len(self._ledger))

    @property
    def in_flight(self) -> int:
        """How many messages are not confirmed."""
        return len(self._ledger)

    def begin(self, session: Session) -> None:
        """Ask for confirms, then publish."""
        self._session = session
        self._timer_is_set = False
        session.channel.add_on_return_callback(self._on_return)
        session.channel.confirm_delivery(self._on_confirm, callback=self._on_confirms_on)

    def tick(self) -> None:
        """Publish what a hold kept back, and give up a connection that confirms nothing."""
        if self._audit.due(monotonic()):
            self._audit.write(self._confirmed_through)
        self._publish()
        session, oldest = self._session, self._ledger.oldest
        if session is None or session.blocked or oldest is None:
            return
        waited = monotonic() - max(oldest, session.unblocked_at)
        if waited > self._confirm_timeout:
            session.drop(Fault("confirm_timeout", f"nothing was confirmed for {waited:.0f} s"))

    def drain(self) -> None:
        """Take no more from the source."""
        self._intake.stop()
        self._finish_if_done()

    def end(self) -> None:
        """Keep what is unconfirmed for the next session."""
        self._session = None
        if lost := self._ledger.lose():
            logs.event("unconfirmed", logging.WARNING, messages=lost)
        self._audit.write(self._confirmed_through)

    @property
    def _confirmed_through(self) -> int:
        """The sequence up to which everything is confirmed."""
        return min((each.sequence for each in self._ledger), default=self._intake.taken + 1) - 1

    def _on_confirms_on(self, _frame: object) -> None:
        if self._session is not None:
            self._session.ready = True
            self._publish()

    def _publish(self) -> None:
        """Put on the wire what is due and fits into the window."""
        session, now = self._session, monotonic()
        if session is None or not (session.ready and session.open):
            return
        if session.blocked or now < self._hold_until:
            return
        republished, taken = len(self._ledger.again), self._intake.taken
        while self._ledger.room:
            if self._ledger.again:
                self._send(session, self._ledger.again.popleft(), now, REPUBLISHED)
            elif message := self._intake.take(now):
                self._send(session, message, now)
            else:
                break
        republished -= len(self._ledger.again)
        self._metrics.republished.inc(republished)
        self._metrics.published.inc(republished + self._intake.taken - taken)
        self._finish_if_done()
        if wait := self._intake.wait(now):
            self._come_back(session, wait)

    def _send(
        self,
        session: Session,
        message: Outgoing,
        now: float,
        headers: dict[str, Any] | None = None,
    ) -> None:
        # pika encodes the properties before it returns, so one object serves every message.
        properties = self._properties
        properties.message_id = message.id
        properties.timestamp = message.created
        properties.headers = headers
        self._ledger.send(message, now)
        session.channel.basic_publish("", self._queue, message.body, properties, mandatory=True)

    def _come_back(self, session: Session, wait: float) -> None:
        """Publish again when the next message is due."""
        if not self._timer_is_set:
            self._timer_is_set = True
            session.call_later(max(wait, SHORTEST_WAIT), self._on_timer)

    def _on_timer(self) -> None:
        self._timer_is_set = False
        self._publish()

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        if isinstance(method, Basic.Nack):
            nacked = self._ledger.refuse(method.delivery_tag, method.multiple)
            self._metrics.nacked.inc(nacked)
            self._hold_back("the broker refuses messages")
            return
        settled = self._ledger.confirm(method.delivery_tag, method.multiple)
        if settled.confirmed:
            self._metrics.confirmed.inc(settled.confirmed)
            self._metrics.confirm_seconds.observe(monotonic() - settled.oldest)
        if settled.returned:
            self._hold_back("messages reach no queue")
        elif settled.confirmed:
            self._go_on()
        self._publish()

    def _on_return(self, _channel: object, _method: object, properties: Any, _body: bytes) -> None:
        self._metrics.returned.inc()
        self._ledger.give_back(properties.message_id)

    def _hold_back(self, hindrance: str) -> None:
        """Wait before the next publish, longer each time, instead of hammering the broker."""
        now = monotonic()
        if now < self._hold_until:
            return
        self._hold_until = now + self._hold.delay()
        if self._status.hindrance != hindrance:
            logs.event("held", logging.WARNING, reason=hindrance)
        self._status.hindrance = hindrance

    def _go_on(self) -> None:
        if self._status.hindrance:
            self._status.hindrance = None
            self._hold = Backoff()
            logs.event("released")

    def _finish_if_done(self) -> None:
        if self._session is not None and self._intake.over and not self._ledger:
            self._session.finish()
