"""What the broker is told about the messages it has delivered."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from time import monotonic

from workers import logs
from workers.acks import AckMark
from workers.audit import HandledAudit
from workers.metrics import ConsumerMetrics
from workers.outcome import Delivery, Outcome, Result
from workers.retry import RetryQueue
from workers.session import Session
from workers.settings import Settings

ACK_SHARE = 10
"""An ack goes out for each tenth of the prefetch, or when nothing is in hand, or at a tick."""


class Answers:
    """Acknowledges what was handled and gives back, retries or dead-letters the rest.

    A failed message is rejected back to its queue, which counts towards the delivery limit, or
    goes to the retry queue if there is one. A message that was not begun is handed back by a nack,
    which from RabbitMQ 4.3 on does not count.
    """

    def __init__(self, settings: Settings, metrics: ConsumerMetrics) -> None:
        self.handled = 0
        """How many messages were handled and count towards MQ_COUNT."""
        self.answered_at = 0.0
        """When the broker was told something last."""
        self.ack_every = max(1, settings.prefetch // ACK_SHARE)
        self._metrics = metrics
        self._audit = HandledAudit(settings.audit)
        self._retry = (
            RetryQueue(settings.retry_queue, settings.retry_limit, self._on_retry)
            if settings.retry_queue
            else None
        )
        self._session: Session | None = None
        self._mark = AckMark()

    @property
    def pending(self) -> int:
        """How many messages wait for the retry queue's confirm."""
        return self._retry.pending if self._retry else 0

    @property
    def due(self) -> bool:
        """Enough is handled for an ack to go out."""
        return self._mark.ready >= self.ack_every

    def begin(self, session: Session) -> None:
        """Answer on a new session, whose tags begin again at 1."""
        self._session = session
        self._mark = AckMark()
        if self._retry:
            self._retry.begin(session.channel)

    def end(self) -> None:
        """Forget what is not answered: the broker delivers it again."""
        self._session = None
        if self._retry:
            self._retry.end()

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """Take in how it went with messages. The ack of those that were handled may wait."""
        session = self._open_session
        counted = dict.fromkeys(Result, 0)
        handled, mark = Result.HANDLED, self._mark.handled
        seconds = []
        for delivery, result, took in outcomes:
            counted[result] += 1
            seconds.append(took)
            if result is handled:
                self._audit.add(delivery[2])
            if delivery[0] is not session:
                # Its tag names another message by now; the broker delivers this one again.
                self._metrics.stale.inc()
            elif result is handled:
                mark(delivery[1])
                self.handled += 1
            else:
                self._refuse(session, delivery, result)
        self._metrics.count(counted, seconds)

    def hand_back(self, session: Session, deliveries: Iterable[Delivery]) -> None:
        """Give back what was not begun."""
        for _, tag, _ in deliveries:
            session.channel.basic_nack(tag, requeue=True)
            self._settled(tag)

    def flush(self) -> None:
        """Acknowledge up to the mark; the audit knows of all of it before."""
        session = self._open_session
        if session is None:
            return
        self._audit.write()
        if tag := self._mark.take():
            session.channel.basic_ack(tag, multiple=True)
            self.answered_at = monotonic()

    def flush_beyond(self) -> None:
        """Acknowledge one by one what a handler that takes long keeps from the mark."""
        if session := self._open_session:
            for tag in self._mark.take_beyond():
                session.channel.basic_ack(tag)
                self.answered_at = monotonic()

    @property
    def _open_session(self) -> Session | None:
        session = self._session
        return session if session is not None and session.open else None

    def _refuse(self, session: Session, delivery: Delivery, result: Result) -> None:
        """Answer for a message that its handler did not take."""
        _, tag, message = delivery
        if result is Result.DUPLICATE:
            self._mark.handled(tag)
        elif result is Result.REJECTED:
            self._reject(session, tag, requeue=False)
        elif self._retry is None:
            self._reject(session, tag, requeue=True)
        elif why := self._retry.publish(tag, message):
            logs.event("given_up", logging.ERROR, **logs.about(message), reason=why)
            self._reject(session, tag, requeue=False)
        else:
            self._metrics.retried.inc()

    def _on_retry(self, tag: int, there: bool) -> None:
        """Let a message go that the retry queue has; one that it does not is still ours."""
        session = self._open_session
        if session is None:
            return
        if there:
            self._mark.handled(tag)
        else:
            self._reject(session, tag, requeue=True)

    def _reject(self, session: Session, tag: int, requeue: bool) -> None:
        session.channel.basic_reject(tag, requeue=requeue)
        self._settled(tag)

    def _settled(self, tag: int) -> None:
        self._mark.settled(tag)
        self.answered_at = monotonic()
