"""The stand-in for a consumer's channel, by the names of pika's methods."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from pika import BasicProperties, spec

from workers.testing.queue import NAME, Queue, Stored

TAG = "consumer"

OnMessage = Callable[[Any, Any, BasicProperties, bytes], None]


class DeliveringChannel:
    """Delivers what is ready in a queue, as far as the prefetch allows, and takes the answers."""

    channel_number = 1
    is_open = True

    def __init__(self, queue: Queue, soon: Callable[[Callable[[], None]], None]) -> None:
        self.connection = SimpleNamespace()
        """None of pika's, so that deliveries come by its public way."""
        self.held: dict[int, Stored] = {}
        """What was delivered and not answered, by delivery tag."""
        self.delivered: dict[int, Stored] = {}
        """All that was delivered, by delivery tag."""
        self._queue = queue
        self._soon = soon
        self._prefetch = 1
        self._on_message: OnMessage | None = None
        self._on_confirm: Callable[[Any], None]
        self._on_empty: Callable[[object], None]
        self._published = 0

    def deliver(self) -> None:
        """Hand over what is ready, up to the prefetch."""
        while self._on_message and self._queue.ready and len(self.held) < self._prefetch:
            self._hand_over(self._on_message)

    def _hand_over(self, on_message: OnMessage) -> None:
        stored = self._queue.ready.popleft()
        tag = len(self.delivered) + 1
        self.held[tag] = self.delivered[tag] = stored
        given = stored.course.given
        method = spec.Basic.Deliver(  # type: ignore[no-untyped-call]
            TAG, tag, stored.redelivered, given.exchange, given.routing_key or NAME
        )
        properties = stored.delivered
        stored.deliveries += 1
        on_message(self, method, properties, stored.body)

    def lose(self) -> None:
        """End as a lost connection does: what is held goes back, as failed."""
        self._on_message = None
        for stored in self.held.values():
            self._queue.fail(stored)
        self.held.clear()

    def basic_qos(self, prefetch_count: int) -> None:
        """Deliver no more than so many before one is answered."""
        self._prefetch = prefetch_count

    def basic_consume(
        self, _queue: str, on_message: OnMessage, callback: Callable[[object], None]
    ) -> str:
        """Begin to deliver soon."""

        def consuming() -> None:
            callback(spec.Basic.ConsumeOk(TAG))  # type: ignore[no-untyped-call]
            self._on_message = on_message

        self._soon(consuming)
        return TAG

    def basic_get(self, _queue: str, on_message: OnMessage) -> None:
        """Hand over one message soon, or say that there is none."""

        def got() -> None:
            if self._queue.ready:
                self._hand_over(on_message)
            else:
                self._on_empty(spec.Basic.GetEmpty())  # type: ignore[no-untyped-call]

        self._soon(got)

    def add_callback(
        self,
        callback: Callable[[object], None],
        _replies: object,
        one_shot: bool = True,  # noqa: ARG002 (it is told each time)
    ) -> None:
        """Tell there that a queue that was asked for a message has none."""
        self._on_empty = callback

    def basic_ack(self, tag: int, multiple: bool = False) -> None:
        """Let go of one message, or of all up to it."""
        through = [each for each in self.held if each <= tag] if multiple else [tag]
        for each in through:
            del self.held[each]
            self._queue.ack()

    def basic_reject(self, tag: int, requeue: bool = True) -> None:
        """Take back a message as failed, or dead-letter it."""
        stored = self.held.pop(tag)
        self._queue.fail(stored) if requeue else self._queue.reject(stored)

    def basic_nack(self, tag: int, requeue: bool) -> None:  # noqa: ARG002 (the worker's is true)
        """Take back what was not begun, which RabbitMQ 4.3 does not count as failed."""
        self._queue.take_back(self.held.pop(tag))

    def basic_publish(
        self,
        _exchange: str,
        _routing_key: str,
        body: bytes,
        properties: BasicProperties,
        mandatory: bool,  # noqa: ARG002 (a queue is there)
    ) -> None:
        """Take a message for the retry queue, and confirm it."""
        self._published += 1
        confirm = spec.Basic.Ack(self._published)  # type: ignore[no-untyped-call]
        self._queue.rest(body, properties)
        self._soon(lambda: self._on_confirm(SimpleNamespace(method=confirm)))

    def confirm_delivery(self, on_confirm: Callable[[Any], None]) -> None:
        """Confirm there what is published."""
        self._on_confirm = on_confirm

    def add_on_return_callback(self, _on_return: object) -> None:
        """Return nothing: the retry queue is there."""

    def add_on_cancel_callback(self, _on_cancel: object) -> None:
        """Cancel nothing: the queue is there."""
