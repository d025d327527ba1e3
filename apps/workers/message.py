"""What a handler gets, and what it may raise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pika import BasicProperties

from workers.trace import TraceContext

REPUBLISHED = "x-republished"
"""The header of a message that was published before, with the same id."""


class Undecoded(BasicProperties):
    """Properties that could not be decoded, as they were on the wire."""

    def __init__(self, encoded: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.encoded = encoded


class Message:
    """A delivered message. Two are equal only when they are the same delivery.

    What it says of itself beside its body is decoded when it is first asked for: most handlers
    read little of it, and decoding costs more than all else that a worker does for a message.
    """

    __slots__ = ("_encoded", "_properties", "body", "exchange", "redelivered", "routing_key")

    body: bytes
    redelivered: bool
    """True when it may have been handled before; False promises a first sight."""
    exchange: str
    """The exchange it was published to; empty for the default one."""
    routing_key: str

    def __init__(
        self,
        body: bytes,
        id: str | None = None,  # noqa: A002 (the name of the property)
        redelivered: bool = False,
        content_type: str | None = None,
        headers: Mapping[str, Any] | None = None,
    ) -> None:
        """Make a message as a test of a handler needs it; workers get theirs from the broker."""
        self.body = body
        self.redelivered = redelivered
        self.exchange = self.routing_key = ""
        self._encoded = b""
        self._properties: BasicProperties | None = BasicProperties(  # type: ignore[no-untyped-call]
            message_id=id, content_type=content_type, headers=dict(headers) if headers else None
        )

    @classmethod
    def delivered(cls, method: Any, properties: BasicProperties, body: bytes) -> Message:
        """Make it from what pika hands over with a delivery."""
        message = cls.__new__(cls)
        message.body = body
        message.redelivered = method.redelivered
        message.exchange = method.exchange
        message.routing_key = method.routing_key
        message._encoded, message._properties = b"", properties
        if isinstance(properties, Undecoded):
            message._encoded, message._properties = properties.encoded, None
        return message

    @property
    def properties(self) -> BasicProperties:
        """All that AMQP 0-9-1 lets a message say of itself, by pika's names.

        Raises UnreadableError, as all do that are read from them, where they cannot be decoded:
        RabbitMQ passes on what it need not understand, as a time in the year 10000.
        """
        properties = self._properties
        if properties is None:
            properties = BasicProperties()  # type: ignore[no-untyped-call]
            try:
                properties.decode(self._encoded)  # type: ignore[no-untyped-call]
            except Exception as error:  # pika has no exception of its own for most of it
                raise UnreadableError(f"{type(error).__name__}: {error}") from error
            self._properties = properties
        return properties

    @property
    def id(self) -> str | None:
        """The publisher's message_id; the same for each delivery and each republish."""
        return _text(self.properties.message_id)

    @property
    def known_id(self) -> str | None:
        """The id where there is one that can be read; never raises."""
        try:
            return self.id
        except UnreadableError:
            return None

    @property
    def content_type(self) -> str | None:
        """The MIME type that the publisher gave, if any."""
        return _text(self.properties.content_type)

    @property
    def headers(self) -> Mapping[str, Any]:
        """The headers; empty when there are none."""
        return self.properties.headers or {}

    @property
    def repeated(self) -> bool:
        """True when it may have been handled before: it was redelivered, or republished."""
        return self.redelivered or REPUBLISHED in self.headers

    @property
    def trace(self) -> TraceContext | None:
        """The trace that it belongs to, from its header traceparent; None without one."""
        try:
            return TraceContext.of(self.headers)
        except UnreadableError:
            return None

    def __repr__(self) -> str:
        """Show what tells it from others, and not the body, which may be large or secret."""
        return (
            f"Message(id={self.known_id!r}, redelivered={self.redelivered}, {len(self.body)} bytes)"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process as bytes, decoded there only if a handler asks."""
        encoded = self._encoded
        if not encoded and self._properties is not None:
            encoded = b"".join(self._properties.encode())  # type: ignore[no-untyped-call]
        return received, (self.body, self.redelivered, self.exchange, self.routing_key, encoded)


def received(
    body: bytes, redelivered: bool, exchange: str, routing_key: str, encoded: bytes
) -> Message:
    """Make a message whose properties are still as they were on the wire."""
    message = Message.__new__(Message)
    message.body = body
    message.redelivered = redelivered
    message.exchange = exchange
    message.routing_key = routing_key
    message._encoded = encoded
    message._properties = None
    return message


def _text(given: str | bytes | None) -> str | None:
    """Return a short string as text: pika leaves as bytes what is no UTF-8."""
    return given.decode(errors="backslashreplace") if isinstance(given, bytes) else given


class UnreadableError(ValueError):
    """The properties of a message cannot be decoded; the text says why not."""


class Reject(Exception):  # noqa: N818 (an instruction, not an error)
    """Raised by a handler for a message that no retry can help: it is dead-lettered at once."""


class SomeFailed(Exception):  # noqa: N818 (an answer, not an error)
    """Raised by a batch handler when only some of its messages failed; the others are handled.

    `errors` has the error of each message that failed. A Reject there is dead-lettered; any other
    exception gives its message back.
    """

    def __init__(self, errors: Mapping[Message, Exception]) -> None:
        super().__init__(f"{len(errors)} messages failed")
        self.errors = dict(errors)
