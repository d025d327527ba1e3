"""What a source may yield, and the message that goes out for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pika import BasicProperties, spec
from pika.exceptions import UnsupportedAMQPFieldException
from pika.spec import PERSISTENT_DELIVERY_MODE

CONTENT_TYPE = "text/plain"
REPUBLISHED = {"x-republished": True}
"""Headers of a message that may have been sent before: the broker may have it already."""
LONGEST_SHORT_STRING = 255
"""Bytes; AMQP 0-9-1 has one byte for the length of an id or a content type."""
LARGEST_HEADERS = spec.FRAME_MAX_SIZE - 2048
"""Bytes: all properties have to fit into one frame, and headers are the only large ones."""


class BadMessageError(Exception):
    """A source gave what cannot be published; the text says what it is."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """A message of a source that is more than its body."""

    body: bytes | str
    id: str | None = None
    """The message_id, by which consumers tell a message that comes twice; default: the worker's."""
    headers: Mapping[str, Any] | None = None
    content_type: str | None = None
    """Default: text/plain."""


class Outgoing(NamedTuple):
    """A message on its way; `created` is in seconds since 1970."""

    sequence: int
    id: str
    body: bytes
    created: int
    headers: Mapping[str, Any] | None = None
    content_type: str | None = None

    def republished(self) -> Outgoing:
        """Return the same message, marked as one that may be there already."""
        return self._replace(headers={**(self.headers or {}), **REPUBLISHED})

    def properties(self, app_id: str) -> BasicProperties:
        """Return what pika publishes it with."""
        return BasicProperties(  # type: ignore[no-untyped-call]
            content_type=self.content_type or CONTENT_TYPE,
            headers=self.headers,
            delivery_mode=PERSISTENT_DELIVERY_MODE,
            message_id=self.id,
            timestamp=self.created,
            app_id=app_id,
        )


def outgoing(given: object, sequence: int, default_id: str, created: int, largest: int) -> Outgoing:
    """Make a message of what a source gave.

    Raises BadMessageError for what no broker would take; `largest` is in bytes of the body.
    """
    if isinstance(given, Publishing):
        _check(given)
        body = _body(given.body)
        message_id = default_id if given.id is None else given.id
        message = Outgoing(sequence, message_id, body, created, given.headers, given.content_type)
    else:
        message = Outgoing(sequence, default_id, _body(given), created)
    if len(message.body) > largest:
        size = f"the body is of {len(message.body)} bytes"
        raise BadMessageError(f"{size}; expected at most {largest}, as MQ_MAX_BODY says")
    return message


def _body(given: object) -> bytes:
    if isinstance(given, str):
        return _encoded("body", given)
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given)
    kind = type(given).__name__
    raise BadMessageError(f"the source gave {kind}; expected bytes, str or workers.Publishing")


def _check(given: Publishing) -> None:
    """Refuse properties that cannot be encoded."""
    _check_text("id", given.id)
    _check_text("content_type", given.content_type)
    if given.headers is None:
        return
    if not isinstance(given.headers, Mapping):
        kind = type(given.headers).__name__
        raise BadMessageError(f"the headers are of type {kind}; expected a dict with str keys")
    for name in given.headers:
        if not isinstance(name, str):
            raise BadMessageError(f"the header {name!r} is no str")
        _check_text("name of a header", name)
    try:
        properties = BasicProperties(headers=given.headers)  # type: ignore[no-untyped-call]
        size = len(b"".join(properties.encode()))  # type: ignore[no-untyped-call]
    except UnsupportedAMQPFieldException as error:
        value = error.args[-1]
        raise BadMessageError(
            f"AMQP has no way to write a header of type {type(value).__name__}: {value!r}"
        ) from None
    except Exception as error:
        raise BadMessageError(f"the headers cannot be written: {error}") from None
    if size > LARGEST_HEADERS:
        raise BadMessageError(f"the headers take {size} bytes; expected at most {LARGEST_HEADERS}")


def _check_text(what: str, text: object) -> None:
    if text is None:
        return
    if not isinstance(text, str):
        raise BadMessageError(f"the {what} is of type {type(text).__name__}; expected str")
    size = len(_encoded(what, text))
    if not 0 < size <= LONGEST_SHORT_STRING:
        raise BadMessageError(f"the {what} takes {size} bytes; expected 1 to 255: {text[:40]!r}")


def _encoded(what: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise BadMessageError(f"the {what} is no text: {error}") from None
