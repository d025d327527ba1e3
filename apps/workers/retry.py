"""Giving a failed message a rest in a queue of its own, for brokers that cannot delay it."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping
from typing import Any

from pika import BasicProperties, spec
from pika.channel import Channel

from workers import logs
from workers.message import REPUBLISHED, Message
from workers.publishing import LARGEST_HEADERS

RETRIES = "x-retries"
"""The header that counts how often a message went through the retry queue."""
BROKERS_OWN = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count")
"""How the headers begin that a broker adds by itself and will add again."""

OnDecided = Callable[[int, bool], None]
"""Told the delivery tag of a message, and whether the retry queue has it for certain."""


class RetryQueue:
    """Publishes failed messages to a queue that dead-letters them back after its time to live.

    The message keeps its id, its properties and its headers. It leaves its own queue only once the
    broker has confirmed that it is in the other one; a connection lost in between leaves it in
    both, marked as redelivered in one and as republished in the other.
    """

    def __init__(self, name: str, limit: int, on_decided: OnDecided) -> None:
        self._name = name
        self._limit = limit
        self._on_decided = on_decided
        self._channel: Channel | None = None
        self._published = 0
        self._pending: dict[int, tuple[int, Message]] = {}
        self._returned: set[int] = set()

    @property
    def pending(self) -> int:
        """How many messages are on their way there, not confirmed."""
        return len(self._pending)

    def begin(self, channel: Channel) -> None:
        """Use a new channel, and have it confirm what is published on it."""
        self.end()
        self._channel = channel
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm)

    def end(self) -> None:
        """Forget what is pending: its connection is lost, and the broker delivers it again."""
        self._channel = None
        self._published = 0
        self._pending.clear()
        self._returned.clear()

    def publish(self, tag: int, message: Message) -> str | None:
        """Send a message there; its tag is decided on later.

        Or say why not: it has had all its retries, or its properties cannot be written again.
        """
        if self._channel is None:
            return None
        try:
            done = retries(message)
            properties = _republished(message, done + 1)
            size = len(b"".join(properties.encode()))  # type: ignore[no-untyped-call]
        except Exception as error:  # whatever a stranger's properties make pika raise
            return f"its properties cannot be published again: {error}"
        if done >= self._limit:
            return f"it has had {done} retries"
        if size > LARGEST_HEADERS:
            return f"its properties would take {size} bytes; expected at most {LARGEST_HEADERS}"
        self._published += 1
        self._pending[self._published] = (tag, message)
        self._channel.basic_publish("", self._name, message.body, properties, mandatory=True)
        return None

    def _on_return(self, _channel: Channel, _method: Any, properties: Any, _body: bytes) -> None:
        # A return names no sequence. Where ids are missing or used twice this takes too many for
        # returned; they are then retried at once, and none is lost.
        self._returned |= {
            sequence
            for sequence, (_, message) in self._pending.items()
            if message.properties.message_id == properties.message_id
        }
        logs.event("unroutable", logging.ERROR, queue=self._name, id=properties.message_id)

    def _on_confirm(self, frame: Any) -> None:
        confirm = frame.method
        through = confirm.delivery_tag
        decided = (
            [sequence for sequence in self._pending if sequence <= through]
            if confirm.multiple
            else [through]
        )
        for sequence in decided:
            tag, _ = self._pending.pop(sequence)
            there = isinstance(confirm, spec.Basic.Ack) and sequence not in self._returned
            self._returned.discard(sequence)
            self._on_decided(tag, there)


def retries(message: Message) -> int:
    """Return how often a message went through a retry queue."""
    count = message.headers.get(RETRIES)
    return count if isinstance(count, int) else 0


def _republished(message: Message, count: int) -> BasicProperties:
    """Return the properties to publish a message again with, for its retry number `count`."""
    properties = copy.copy(message.properties)
    properties.headers = {**_own(message.headers), RETRIES: count, REPUBLISHED: True}
    properties.delivery_mode = spec.PERSISTENT_DELIVERY_MODE
    return properties


def _own(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if not name.startswith(BROKERS_OWN)}
