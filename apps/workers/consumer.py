"""The consumer: acknowledges each message after its handler has returned."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import Any

from pika.channel import Channel

from workers.answers import Answers
from workers.beneath import cancel, take_deliveries
from workers.crew import Crew
from workers.faults import Fault
from workers.health import Status
from workers.message import Message
from workers.metrics import ConsumerMetrics
from workers.outcome import Delivery
from workers.session import Session
from workers.settings import Settings
from workers.suspects import Suspects

LINGER = 0.5
"""Seconds between the last ack or nack and the close. No broker answers them, and a quorum queue
may never hear of those that RabbitMQ's channel still holds when it is closed."""


class Consumer:
    """Gives deliveries to a crew and its outcomes back to the broker."""

    def __init__(
        self, settings: Settings, crew: Crew, status: Status, metrics: ConsumerMetrics
    ) -> None:
        self._queue = settings.queue
        self._prefetch = settings.prefetch
        self._limit = settings.count
        self._status = status
        self._metrics = metrics
        self._crew = crew
        self._answers = Answers(settings, metrics)
        self._pool = crew.start(self._wake, self._answers.ack_every)
        self._session: Session | None = None
        self._consumer_tag: str | None = None
        self._surplus: deque[Delivery] = deque()
        """Deliveries beyond the limit, kept in case one before them fails."""
        self._suspects = Suspects(settings.queue, settings.prefetch)
        self._draining = False
        self._next_tag = 1
        self._most_in_hand = settings.prefetch + settings.threads * settings.batch_size
        """What the prefetch lets come, and what handlers of earlier sessions may still have."""
        metrics.gauge("in_hand", "Messages at the handlers", lambda: self._pool.in_hand)
        metrics.gauge("threads", "Handlers that can run at the same time", lambda: crew.size)

    @property
    def in_flight(self) -> int:
        """How many messages are with handlers, or on their way to the retry queue."""
        return self._pool.in_hand + self._answers.pending

    def begin(self, session: Session) -> None:
        """Subscribe, unless the worker is to end; a new process looks at suspects first."""
        self._session = session
        self._next_tag = 1
        if self._draining:
            session.ready = True
            return
        self._answers.begin(session)
        session.channel.add_on_cancel_callback(self._on_broker_cancel)
        if self._suspects.due:
            self._suspects.begin(session.channel, self._on_single, self._subscribe)
        else:
            self._subscribe()

    def tick(self) -> None:
        """Acknowledge what waits for company, also past a handler that takes long."""
        self._status.wedged = self._crew.enforce_deadlines()
        self._collect()
        self._answers.flush()
        self._answers.flush_beyond()
        self._finish_if_done()

    def drain(self) -> None:
        """Cancel the subscription and hand back what no handler has begun."""
        if self._draining:
            return
        self._draining = True
        if (session := self._open_session) and self._consumer_tag:
            # First the cancel, or the broker sends what the nacks give back here again.
            cancel(session.channel, self._consumer_tag, self._on_cancelled)
            self._answers.hand_back(session, (*self._pool.take_back(), *self._surplus))
            self._surplus.clear()

    def end(self) -> None:
        """Forget what was not begun: the broker delivers it again."""
        self._session = None
        self._consumer_tag = None
        self._surplus.clear()
        self._pool.take_back()
        self._suspects.end()
        self._answers.end()

    @property
    def _open_session(self) -> Session | None:
        session = self._session
        return session if session is not None and session.open else None

    def _wake(self) -> None:
        """Have the outcomes collected; runs in a handler's thread."""
        session = self._session
        if session is not None:
            session.call_threadsafe(self._collect)

    def _subscribe(self) -> None:
        session = self._open_session
        if session is not None and not self._draining:
            session.channel.basic_qos(prefetch_count=self._prefetch)
            self._consumer_tag = session.channel.basic_consume(
                self._queue, self._on_delivery, callback=self._on_consuming
            )

    def _on_single(self, tag: int, message: Message) -> None:
        """Take a message that was asked for; it is alone as long as it is a suspect."""
        if (session := self._open_session) is not None:
            session.ready = True
            self._on_deliveries([(tag, message)])
            if not self._suspects.due:
                self._subscribe()

    def _on_consuming(self, _frame: object) -> None:
        if (session := self._session) is not None and self._consumer_tag:
            take_deliveries(session.channel, self._consumer_tag, self._on_deliveries)
            session.ready = True

    def _on_delivery(self, _channel: Channel, method: Any, properties: Any, body: bytes) -> None:
        """Take a delivery that pika has read."""
        message = Message.delivered(method, properties, body)
        self._on_deliveries([(method.delivery_tag, message)])

    def _on_deliveries(self, messages: list[tuple[int, Message]]) -> None:
        session = self._open_session
        if session is None:
            return
        if fault := self._fault_of(messages):
            session.drop(Fault("protocol", fault), at_once=True)
            return
        deliveries = [(session, tag, message) for tag, message in messages]
        if self._draining:
            self._answers.hand_back(session, deliveries)
            return
        if redelivered := sum(message.redelivered for _, message in messages):
            self._metrics.redelivered.inc(redelivered)
        if self._limit:
            self._surplus.extend(deliveries)
            self._admit()
        else:
            self._pool.put(deliveries)

    def _fault_of(self, messages: list[tuple[int, Message]]) -> str | None:
        """Say how deliveries break the protocol: acks rely on it, and so does the memory."""
        first, last = messages[0][0], messages[-1][0]
        if first != self._next_tag or last != first + len(messages) - 1:
            came = ", ".join(str(tag) for tag, _ in messages[:3])
            return f"deliveries {came} came where {self._next_tag} was to come"
        self._next_tag = last + 1
        if self._pool.in_hand + len(self._surplus) > self._most_in_hand:
            return f"more than {self._prefetch} messages came unacknowledged"
        return None

    def _admit(self) -> None:
        """Give the handlers what the limit allows."""
        room = self._limit - self._answers.handled - self.in_flight
        if room > 0 and self._surplus:
            count = min(room, len(self._surplus))
            self._pool.put([self._surplus.popleft() for _ in range(count)])

    def _collect(self) -> None:
        """Answer the broker for each message that a handler has finished."""
        self._answers.settle(self._pool.collect())
        if self._limit:
            self._admit()
            if self._answers.handled >= self._limit:
                self.drain()
        if self._answers.due or not self._pool.in_hand:
            self._answers.flush()
        if self._draining:
            self._finish_if_done()
        elif self._suspects.waits and self._open_session and not self.in_flight:
            self._suspects.ask()

    def _on_cancelled(self, _frame: object) -> None:
        self._consumer_tag = None
        self._finish_if_done()

    def _on_broker_cancel(self, _frame: object) -> None:
        if session := self._open_session:
            self._answers.flush()
            session.drop(Fault("cancelled", "the broker ended the subscription"))

    def _finish_if_done(self) -> None:
        if not self._draining or self._consumer_tag or self._suspects.asking or self.in_flight:
            return
        if session := self._open_session:
            self._answers.flush()
            if monotonic() >= self._answers.answered_at + LINGER:
                session.finish()
