"""What a dead letter says of its death, and the message to make of it again."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pika import BasicProperties

REDRIVES = "x-redrives"
"""Header: how often `workers redrive` has moved the message back."""
OF_THE_BROKER = frozenset(("x-death", "x-delivery-count", "x-acquired-count", "x-opt-enqueue-time"))
OF_A_DEATH = ("x-first-death-", "x-last-death-")
MORE_QUEUES = frozenset(("CC", "BCC"))
"""Headers by which RabbitMQ sends copies to further queues: those had theirs the first time."""


@dataclass(frozen=True)
class DeadLetter:
    """The history of a message, from the headers that RabbitMQ gave it (docs: dlx, "Effects")."""

    id: str | None
    reason: str | None
    """Of the last death: rejected, expired, maxlen or delivery_limit."""
    deaths: int
    died_at: float | None
    """Of the last death, in seconds since 1970."""
    queue: str | None
    """The queue in which it died first: where it was published to."""
    redrives: int

    @classmethod
    def of(cls, properties: BasicProperties) -> DeadLetter:
        """Read the properties of a message. One that never died has neither reason nor queue."""
        headers: Mapping[str, Any] = properties.headers or {}
        # The last death comes first. A publisher may have put anything there.
        deaths: Any = headers.get("x-death")
        listed = deaths if isinstance(deaths, list) else []
        known = [each for each in listed if isinstance(each, Mapping)]
        last, first = (known[0], known[-1]) if known else ({}, {})
        return cls(
            id=properties.message_id,
            reason=last.get("reason") or headers.get("x-last-death-reason"),
            deaths=sum(_number(each.get("count")) for each in known),
            died_at=_seconds(last.get("time")),
            queue=headers.get("x-first-death-queue") or first.get("queue"),
            redrives=_number(headers.get(REDRIVES)),
        )

    def revived(self, properties: BasicProperties) -> BasicProperties:
        """Return the properties to publish it with: its own, without its deaths, and one redrive.

        A user_id goes as well: the broker refuses that of another user than who publishes.
        """
        again = copy.copy(properties)
        kept = {name: value for name, value in (properties.headers or {}).items() if _is_own(name)}
        again.headers = {**kept, REDRIVES: self.redrives + 1}
        again.user_id = None
        return again


def _is_own(header: str) -> bool:
    return not (header in OF_THE_BROKER or header in MORE_QUEUES or header.startswith(OF_A_DEATH))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _seconds(value: object) -> float | None:
    if not isinstance(value, datetime):
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
