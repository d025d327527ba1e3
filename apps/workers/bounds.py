"""What of an unfinished frame or body is worth waiting for; all else would fill the memory.

AMQP 0-9-1 lets a frame name any size up to 4 GiB and a body any up to 16 EiB; pika keeps what comes
until it has all of it.
"""

from __future__ import annotations

from pika import spec

from workers.deliveries import FRAME, KINDS

LARGEST_FRAME: int = spec.FRAME_MAX_SIZE
"""Bytes; pika proposes it to the broker, which may only lower it."""
LARGEST_BODY = 512 * 1024 * 1024
"""Bytes; RabbitMQ lets nobody set its max_message_size higher."""
PROTOCOL = b"AMQP"
SHOWN = 20
"""Bytes of what is no frame that an error shows."""


class WrongInputError(Exception):
    """What came is nothing that a RabbitMQ sends; the text says what it is."""


def check_first(data: bytes) -> None:
    """Refuse the protocol's header: a server sends it to whom it does not speak with."""
    if data.startswith(PROTOCOL):
        raise WrongInputError(f"it wants another version of AMQP: {data[:8]!r}; expected 0-9-1")


def check_unfinished(data: bytes) -> None:
    """Refuse what no frame begins with, or one that is too large; `data` begins at a frame."""
    if not data:
        return
    if data[0] not in KINDS:
        raise WrongInputError(f"no frame of AMQP 0-9-1 begins with {data[:SHOWN]!r}")
    if len(data) >= FRAME.size:
        check_frame(FRAME.unpack_from(data)[2])


def check_frame(size: int) -> None:
    """Refuse a frame with so many bytes in it."""
    if size > LARGEST_FRAME:
        raise WrongInputError(f"a frame of {size} bytes; expected at most {LARGEST_FRAME}")


def check_body(size: int) -> None:
    """Refuse a body of so many bytes."""
    if size > LARGEST_BODY:
        raise WrongInputError(f"a body of {size} bytes; expected at most {LARGEST_BODY}")
