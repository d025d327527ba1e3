"""The deliveries in what a broker sends: the wire format of AMQP 0-9-1, sections 2.3.5 and 4.2.

Pure: bytes in, messages out. It reads only the usual form of a delivery, a method frame, a header
frame and at most one body frame in a row; whatever else there is, is for pika to read.
"""

from __future__ import annotations

import struct
from enum import Enum, auto

from workers.message import Message, received

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
KINDS = frozenset((METHOD, HEADER, BODY, HEARTBEAT))
END = 0xCE
DELIVER = b"\x00\x3c\x00\x3c"
"""Class and method id of Basic.Deliver."""
FRAME = struct.Struct(">BHI")
"""What a frame begins with: its kind, channel and the size of its payload in bytes."""
SIZE = struct.Struct(">I").unpack_from
TAG = struct.Struct(">Q?").unpack_from
CONTENT = struct.Struct(">IHHQ").unpack_from
"""The size of a header frame, its class and weight, and the size of the body in bytes."""
LEAD = struct.Struct(">II").unpack_from
"""The end of a frame with the kind and channel of the next one, and the size of that."""


class Rest(Enum):
    """What the bytes after the last delivery are."""

    PART = auto()
    """The beginning of something: more bytes are needed."""
    OTHER = auto()
    """A whole frame of another kind."""
    UNKNOWN = auto()
    """Nothing that a frame can begin with."""


class Deliveries:
    """Reads the deliveries to one consumer of one channel.

    Most messages of a queue share exchange and routing key, so the bytes around a delivery's tag
    are those of the one before: to compare them is quicker than to take them apart again.
    """

    def __init__(self, channel: int, consumer_tag: str) -> None:
        name = consumer_tag.encode()
        self._method = FRAME.pack(METHOD, channel, 0)[:3]
        self._consumer = DELIVER + bytes([len(name)]) + name
        self._tag_at = FRAME.size + len(self._consumer)
        self._header_begin = bytes([END]) + FRAME.pack(HEADER, channel, 0)[:3]
        (self._body_begin,) = struct.unpack(">I", bytes([END]) + FRAME.pack(BODY, channel, 0)[:3])
        self._before = b"\0"
        self._after = b"\0"
        self._exchange = self._routing_key = ""

    def read(self, data: bytes, at: int) -> tuple[list[tuple[int, Message]], int, Rest]:
        """Return the deliveries from `at` on, by tag, where they end, and what is there."""
        found: list[tuple[int, Message]] = []
        tag_at, body_begin, length = self._tag_at, self._body_begin, len(data)
        try:
            while True:
                mark = at + tag_at
                after = mark + 9
                if not data.startswith(self._before, at) or not data.startswith(self._after, after):
                    if not self._learn(data, at):
                        return found, at, rest(data, at)
                    continue
                tag, redelivered = TAG(data, mark)
                mark = after + len(self._after)
                size, _class, _weight, body_size = CONTENT(data, mark)
                properties = mark + 16
                mark += 4 + size
                body = b""
                if body_size:
                    begin, size = LEAD(data, mark)
                    if begin != body_begin or size != body_size:
                        return found, at, rest(data, at)
                    start, end = mark + 8, mark + 8 + size
                    body = data[start:end]
                else:
                    end = mark
                if end >= length:
                    return found, at, Rest.PART
                if data[end] != END:
                    return found, at, rest(data, at)
                message = received(
                    body, redelivered, self._exchange, self._routing_key, data[properties:mark]
                )
                found.append((tag, message))
                at = end + 1
        except struct.error:
            return found, at, Rest.PART

    def _learn(self, data: bytes, at: int) -> bool:
        """Take in the bytes around the tag of the delivery there, if it is a whole one."""
        size = frame_size(data, at)
        mark = at + FRAME.size
        if not size or not data.startswith(self._method, at):
            return False
        end = at + size - 1
        if not data.startswith(self._consumer, mark) or data[end] != END:
            return False
        # A header frame that has not begun yet cannot be compared; it is a part, not another kind.
        if len(data) < end + len(self._header_begin):
            raise struct.error
        if not data.startswith(self._header_begin, end):
            return False
        names = data[at + self._tag_at + 9 : end]
        try:
            self._exchange, self._routing_key = _two_names(names)
        except ValueError:
            return False
        self._before = data[at : at + self._tag_at]
        self._after = names + self._header_begin
        return True


def _two_names(data: bytes) -> tuple[str, str]:
    """Take two names apart, each with its length before it. Raises ValueError on all else."""
    first = data[1 : 1 + data[0]] if data else b""
    second = data[2 + len(first) :]
    if data != bytes([len(first)]) + first + bytes([len(second)]) + second:
        raise ValueError(data)
    return first.decode(), second.decode()


def frame_size(data: bytes, at: int) -> int:
    """Return how many bytes the frame there has, or 0 when it is not all there."""
    if len(data) < at + FRAME.size:
        return 0
    size: int = SIZE(data, at + 3)[0] + FRAME.size + 1
    return size if at + size <= len(data) else 0


def rest(data: bytes, at: int) -> Rest:
    """Tell what the bytes there are, when they are no delivery of the usual form."""
    if at < len(data) and data[at] not in KINDS:
        return Rest.UNKNOWN
    return Rest.OTHER if frame_size(data, at) else Rest.PART
