"""What users write for the workers, as types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeAlias

from workers.message import Message
from workers.publishing import Publishing


class Handler(Protocol):
    """What MQ_HANDLER names: a function that takes one message.

    A return, of whatever value, acknowledges the message. Reject dead-letters it at once. Any
    other exception gives it back to the queue, which counts towards the queue's delivery limit, or
    sends it to MQ_RETRY_QUEUE. It is called from MQ_THREADS threads at the same time, and may get a
    message that it has handled before: `message.repeated` is then true.
    """

    def __call__(self, message: Message, /) -> object:
        """Handle a message."""


class BatchHandler(Protocol):
    """What MQ_HANDLER names: a function that takes many messages at once.

    It says so: its first parameter is annotated `list[Message]`. A return acknowledges all of
    them, SomeFailed tells which ones failed, any other exception is for all. There are at most
    MQ_BATCH messages, never none.
    """

    def __call__(self, messages: list[Message], /) -> object:
        """Handle messages."""


Body: TypeAlias = bytes | str | Publishing
"""What a source gives: a body, or a body with an id, headers or a content type."""


class Source(Protocol):
    """What MQ_SOURCE names: a function that gives messages, most often a generator.

    The producer ends when it does. What it raises ends the producer with exit code 1, after all
    that it gave before is confirmed. It runs in a thread of its own and may wait for what comes.
    """

    def __call__(self) -> Iterable[Body]:
        """Begin to give messages."""


class PositionedSource(Protocol):
    """A source that can begin anywhere, as MQ_RESUME needs it.

    It gives the same messages each time: the one of number `start`, which counts from 1, is the
    same in every run.
    """

    def __call__(self, start: int) -> Iterable[Body]:
        """Begin to give messages with the one of this number."""


class Dedup(Protocol):
    """What MQ_DEDUP names: a class, or a function that returns such an object.

    It is called once, with nothing. Both methods are called from the handlers' threads, several
    at the same time. What they raise fails the message.
    """

    def seen(self, message_id: str) -> bool:
        """Tell whether a message was handled; asked only of one that comes again, or may."""

    def add(self, message_id: str) -> None:
        """Remember a message as handled: its handler has returned, and nothing is acknowledged."""
