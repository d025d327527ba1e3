"""The consumer: acknowledges each message after its handler has returned."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Any

from pika.channel import Channel

from workers.acks import AckMark
from workers.audit import HandledAudit
from workers.beneath import cancel
from workers.faults import Fault
from workers.handlers import Handler
from workers.message import Message
from workers.metrics import ConsumerMetrics
from workers.pool import Delivery, Outcome, Pool, Result
from workers.session import Session
from workers.settings import Settings

ACK_SHARE = 10
"""An ack goes out for each tenth of the prefetch, or when nothing is in hand, or at a tick."""
LINGER = 0.5
"""Seconds between the last ack or nack and the close. No broker answers them, and a quorum queue
may never hear of those that RabbitMQ's channel still holds when it is closed."""


class Consumer:
    """Gives deliveries to handlers and their results back to the broker.

    A failed message is rejected back to its queue, which counts towards the delivery limit; a
    message that was not begun is handed back by a nack, which from RabbitMQ 4.3 on does not.
    """

    def __init__(self, settings: Settings, handler: Handler, metrics: ConsumerMetrics) -> None:
        self._queue = settings.queue
        self._prefetch = settings.prefetch
        self._ack_every = max(1, settings.prefetch // ACK_SHARE)
        self._limit = settings.count
        self._metrics = metrics
        self._results = {result: metrics.consumed.labels(result.value) for result in Result}
        self._pool = Pool(handler, settings.threads, self._wake)
        self._audit = HandledAudit(settings.audit)
        self._session: Session | None = None
        self._consumer_tag: str | None = None
        self._mark = AckMark()
        self._handled = 0
        self._surplus: deque[Delivery] = deque()
        """Deliveries beyond the limit, kept in case one before them fails."""
        self._draining = False
        self._answered_at = 0.0
        metrics.gauge("in_hand", "Messages at the handlers", lambda: self._pool.in_hand)

    @property
    def in_flight(self) -> int:
        """How many messages are with handlers."""
        return self._pool.in_hand

    def begin(self, session: Session) -> None:
        """Subscribe, unless the worker is to end."""
        self._session = session
        self._mark = AckMark()
        if self._draining:
            session.ready = True
            return
        session.channel.add_on_cancel_callback(self._on_broker_cancel)
        session.channel.basic_qos(prefetch_count=self._prefetch)
        self._consumer_tag = session.channel.basic_consume(
            self._queue, self._on_delivery, callback=self._on_consuming
        )

    def tick(self) -> None:
        """Acknowledge what waits for company, also past a handler that takes long."""
        self._collect()
        if session := self._open_session:
            self._flush(session)
            for tag in self._mark.take_beyond():
                session.channel.basic_ack(tag)
        self._finish_if_done()

    def drain(self) -> None:
        """Cancel the subscription and hand back what no handler has begun."""
        if self._draining:
            return
        self._draining = True
        if (session := self._open_session) and self._consumer_tag:
            # First the cancel, or the broker sends what the nacks give back here again.
            cancel(session.channel, self._consumer_tag, self._on_cancelled)
            for delivery in (*self._pool.take_back(), *self._surplus):
                self._hand_back(session, delivery.tag)
            self._surplus.clear()

    def end(self) -> None:
        """Forget what was not begun: the broker delivers it again."""
        self._session = None
        self._consumer_tag = None
        self._surplus.clear()
        for _ in self._pool.take_back():
            pass

    @property
    def _open_session(self) -> Session | None:
        session = self._session
        return session if session is not None and session.open else None

    def _wake(self) -> None:
        """Have the outcomes collected; runs in a handler's thread."""
        session = self._session
        if session is not None:
            session.call_threadsafe(self._collect)

    def _on_consuming(self, _frame: object) -> None:
        if self._session is not None:
            self._session.ready = True

    def _on_delivery(self, _channel: Channel, method: Any, properties: Any, body: bytes) -> None:
        session = self._open_session
        if session is None:
            return
        if self._draining:
            self._hand_back(session, method.delivery_tag)
            return
        if method.redelivered:
            self._metrics.redelivered.inc()
        message = Message.delivered(method, properties, body)
        self._surplus.append(Delivery(session, method.delivery_tag, message))
        self._admit()

    def _admit(self) -> None:
        """Give the handlers what the limit allows."""
        while self._surplus and not (
            self._limit and self._handled + self._pool.in_hand >= self._limit
        ):
            self._pool.put(self._surplus.popleft())

    def _collect(self) -> None:
        """Answer the broker for each message that a handler has finished."""
        for outcome in self._pool.collect():
            self._settle(outcome)
        self._admit()
        enough = self._mark.ready >= self._ack_every or not self._pool.in_hand
        if enough and (session := self._open_session):
            self._flush(session)
        if self._limit and self._handled >= self._limit:
            self.drain()
        self._finish_if_done()

    def _settle(self, outcome: Outcome) -> None:
        delivery, result, seconds = outcome
        self._results[result].inc()
        self._metrics.handler_seconds.observe(seconds)
        if result is Result.HANDLED:
            self._audit.add(delivery.message)
        session = self._open_session
        if session is not delivery.session:
            # Its tag names another message by now; the broker delivers this one again.
            self._metrics.stale.inc()
        elif result is Result.HANDLED:
            self._handled += 1
            self._mark.handled(delivery.tag)
        else:
            session.channel.basic_reject(delivery.tag, requeue=result is Result.FAILED)
            self._mark.settled(delivery.tag)

    def _hand_back(self, session: Session, tag: int) -> None:
        session.channel.basic_nack(tag, requeue=True)
        self._mark.settled(tag)
        self._answered_at = monotonic()

    def _flush(self, session: Session) -> None:
        """Acknowledge up to the mark; the audit knows of all of it before."""
        self._audit.write()
        if tag := self._mark.take():
            session.channel.basic_ack(tag, multiple=True)
            self._answered_at = monotonic()

    def _on_cancelled(self, _frame: object) -> None:
        self._consumer_tag = None
        self._finish_if_done()

    def _on_broker_cancel(self, _frame: object) -> None:
        if session := self._open_session:
            self._flush(session)
            session.drop(Fault("cancelled", "the broker ended the subscription"))

    def _finish_if_done(self) -> None:
        if not self._draining or self._consumer_tag or self._pool.in_hand:
            return
        if session := self._open_session:
            self._flush(session)
            if monotonic() >= self._answered_at + LINGER:
                session.finish()
