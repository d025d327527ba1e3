"""A quorum queue in memory, with a dead-letter queue and a retry queue behind it.

Its rules are those of RabbitMQ 4.3 (docs: quorum-queues, "Poison Message Handling"; dlx, "Effects
on messages"): a reject that requeues counts as a failed delivery, so does a lost connection; a
message whose failures exceed the delivery limit is dead-lettered; one that was delivered before is
marked as redelivered. Delays are left out.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pika import BasicProperties

from workers.message import Message
from workers.testing.fate import Attempt, Fate

NAME = "queue"
RETRY_NAME = "queue.retry"
REJECTED, DELIVERY_LIMIT, EXPIRED = "rejected", "delivery_limit", "expired"
DELIVERY_COUNT = "x-delivery-count"
"""Header: how often a delivery has failed."""
ACQUIRED_COUNT = "x-acquired-count"
"""Header: how often it was delivered."""
_COURSE = "course"
"""An attribute that the worker's copies of properties keep; AMQP has nothing of the kind."""


class Course:
    """What happened to a message of a test, in all its copies."""

    def __init__(self, given: Message) -> None:
        self.given = given
        self.attempts: list[Attempt] = []
        self.retries = 0
        self.dead: Message | None = None
        self.reason: str | None = None

    @property
    def fate(self) -> Fate:
        """Return what became of it."""
        return Fate(self.given, tuple(self.attempts), self.dead, self.reason, self.retries)


@dataclass
class Stored:
    """A message in the queue, or held by a channel."""

    course: Course
    body: bytes
    properties: BasicProperties
    redelivered: bool
    failures: int = 0
    deliveries: int = 0
    """How often it was delivered before."""

    @property
    def delivered(self) -> BasicProperties:
        """The properties of its next delivery: a copy, which remembers where it is from."""
        counts = {DELIVERY_COUNT: self.failures, ACQUIRED_COUNT: self.deliveries}
        known = {name: count for name, count in counts.items() if count}
        properties = _with_headers(self.properties, known)
        setattr(properties, _COURSE, self.course)
        return properties


class Queue:
    """Where messages wait, are held by a channel, and go back to or leave."""

    def __init__(self, messages: Iterable[Message], delivery_limit: int) -> None:
        self.courses = [Course(each) for each in messages]
        self.ready = deque(_stored(course) for course in self.courses)
        self.open = len(self.ready)
        """How many messages are neither acknowledged nor dead-lettered."""
        self._delivery_limit = delivery_limit

    def ack(self) -> None:
        """Let go of a message."""
        self.open -= 1

    def reject(self, stored: Stored) -> None:
        """Dead-letter a message that its consumer does not want again."""
        stored.failures += 1
        self._die(stored, REJECTED)

    def fail(self, stored: Stored) -> None:
        """Take back a message whose delivery failed, unless that was once too often."""
        stored.failures += 1
        if stored.failures > self._delivery_limit:
            self._die(stored, DELIVERY_LIMIT)
        else:
            self.take_back(stored)

    def take_back(self, stored: Stored) -> None:
        """Take back a message that was delivered."""
        stored.redelivered = True
        self.ready.append(stored)

    def rest(self, body: bytes, properties: BasicProperties) -> None:
        """Take what the worker published to the retry queue, out of which it expires.

        It comes back as a new message: it was never delivered from here.
        """
        course: Course = getattr(properties, _COURSE)
        course.retries += 1
        self.open += 1
        expired = _died(properties, RETRY_NAME, EXPIRED, RETRY_NAME)
        self.ready.append(Stored(course, body, expired, redelivered=False))

    def _die(self, stored: Stored, reason: str) -> None:
        self.open -= 1
        course = stored.course
        course.reason = reason
        properties = _died(stored.delivered, NAME, reason, course.given.routing_key or NAME)
        envelope = _Envelope(redelivered=False, exchange="", routing_key=f"{NAME}.dead")
        course.dead = Message.delivered(envelope, properties, stored.body)


def _stored(course: Course) -> Stored:
    given = course.given
    return Stored(course, given.body, given.properties, given.redelivered)


@dataclass(frozen=True)
class _Envelope:
    """What a delivery says beside properties and body, by pika's names."""

    redelivered: bool
    exchange: str
    routing_key: str


def _died(
    properties: BasicProperties, queue: str, reason: str, routing_key: str
) -> BasicProperties:
    """Return the properties of a dead letter."""
    headers: Mapping[str, Any] = properties.headers or {}
    before: list[dict[str, Any]] = list(headers.get("x-death") or [])
    same = [each for each in before if (each["queue"], each["reason"]) == (queue, reason)]
    death = {
        "count": (same[0]["count"] if same else 0) + 1,
        "reason": reason,
        "queue": queue,
        "time": datetime.now(UTC).replace(microsecond=0),
        "exchange": "",
        "routing-keys": [routing_key],
    }
    last = {"x-last-death-reason": reason, "x-last-death-queue": queue, "x-last-death-exchange": ""}
    first = {name.replace("last", "first"): value for name, value in last.items()}
    kept = {name: value for name, value in headers.items() if name.startswith("x-first-death-")}
    others = [each for each in before if each not in same]
    return _with_headers(properties, {"x-death": [death, *others], **last, **(kept or first)})


def _with_headers(properties: BasicProperties, more: Mapping[str, Any]) -> BasicProperties:
    changed = copy.copy(properties)
    headers = {**(properties.headers or {}), **more}
    changed.headers = headers or None
    return changed
