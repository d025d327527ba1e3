"""What became of messages in a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from workers.message import Message
from workers.outcome import Result


class Attempt(NamedTuple):
    """One time that a message was given to the worker."""

    message: Message
    """The message as it was delivered, with what the broker adds: `redelivered`, headers."""
    result: Result
    error: BaseException | None
    """What the handler raised about this message."""


@dataclass(frozen=True)
class Fate:
    """The way of one message, from the queue to its end."""

    message: Message
    """The message as the test gave it."""
    attempts: tuple[Attempt, ...]
    dead: Message | None
    """The dead letter, with the headers of its death; None for a message that was acknowledged."""
    reason: str | None
    """Why it is a dead letter, in RabbitMQ's words: `rejected`, or `delivery_limit`."""
    retries: int
    """How often it went through the retry queue."""

    @property
    def acked(self) -> bool:
        """True when it was acknowledged; otherwise it was dead-lettered."""
        return self.dead is None

    @property
    def results(self) -> list[Result]:
        """How each of its attempts ended."""
        return [attempt.result for attempt in self.attempts]


@dataclass(frozen=True)
class Consumed:
    """What became of all messages, in the order in which the test gave them."""

    fates: tuple[Fate, ...]
    batches: tuple[tuple[Message, ...], ...]
    """What each call of the handler got; of one message each unless it takes batches."""

    @property
    def acked(self) -> list[Message]:
        """The messages that were acknowledged."""
        return [fate.message for fate in self.fates if fate.acked]

    @property
    def retried(self) -> list[Message]:
        """The messages that failed and were given to the worker once more, at least."""
        return [
            fate.message
            for fate in self.fates
            if any(result.failed for result in fate.results[:-1])
        ]

    @property
    def dead(self) -> list[Message]:
        """The messages that were dead-lettered."""
        return [fate.message for fate in self.fates if not fate.acked]
