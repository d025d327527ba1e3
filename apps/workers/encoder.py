"""The bytes that publish messages: what pika would write, encoded with less work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import pack
from typing import NamedTuple

from pika import frame, spec
from pika.spec import PERSISTENT_DELIVERY_MODE, Basic, BasicProperties

from workers.publishing import CONTENT_TYPE, Outgoing

END = bytes([spec.FRAME_END])
OVERHEAD = spec.FRAME_HEADER_SIZE + spec.FRAME_END_SIZE
FLAGS = (
    BasicProperties.FLAG_CONTENT_TYPE
    | BasicProperties.FLAG_DELIVERY_MODE
    | BasicProperties.FLAG_MESSAGE_ID
    | BasicProperties.FLAG_TIMESTAMP
    | BasicProperties.FLAG_APP_ID
)
AT_ONCE = 1 << 18
"""Bytes of bodies after which a part is given out: pika copies what a send leaves over."""
KEPT = 1024
"""How many frame beginnings are kept, one for each length of id and body within a second."""


class Encoded(NamedTuple):
    """Whole frames, ready to be written."""

    data: bytes
    frames: int


class Around(NamedTuple):
    """What stands before the id of a message, and between its id and its body."""

    before_id: bytes
    before_body: bytes


class Encoder:
    """Encodes mandatory, persistent publishes to one queue through the default exchange.

    All but id and body is the same for messages of equal lengths and the same second, and is
    encoded once. A message with headers or of another content type gets its header from pika.
    """

    def __init__(self, channel_number: int, frame_max: int, queue: str, app_id: str) -> None:
        self._channel_number = channel_number
        self._body_max = frame_max - OVERHEAD
        self._app_id = app_id
        publish = Basic.Publish(routing_key=queue, mandatory=True)  # type: ignore[no-untyped-call]
        self._method = frame.Method(channel_number, publish).marshal()
        self._second = 0
        self._around: dict[tuple[int, int], Around] = {}

    @property
    def kept(self) -> int:
        """How many frame beginnings are kept."""
        return len(self._around)

    def encode(self, messages: Iterable[Outgoing]) -> Iterator[Encoded]:
        """Give the frames of the messages in their order, joined as far as is good for pika."""
        pieces: list[bytes] = []
        frames = size = 0
        for message in messages:
            _, message_id, body, created, headers, content_type = message
            if created != self._second:
                self._second = created
                self._around.clear()
            if headers is None and content_type is None and 0 < len(body) <= self._body_max:
                id_bytes = message_id.encode()
                lengths = len(id_bytes), len(body)
                before_id, before_body = self._around.get(lengths) or self._make_around(*lengths)
                pieces += before_id, id_bytes, before_body, body, END
                frames += 3
            else:
                own = self._by_pika(message)
                pieces += own
                frames += len(own)
            size += len(body)
            if size > AT_ONCE:
                yield Encoded(b"".join(pieces), frames)
                pieces.clear()
                frames = size = 0
        if pieces:
            yield Encoded(b"".join(pieces), frames)

    def _by_pika(self, message: Outgoing) -> list[bytes]:
        body, channel_number, largest = message.body, self._channel_number, self._body_max
        header = frame.Header(channel_number, len(body), message.properties(self._app_id))
        parts = (body[start : start + largest] for start in range(0, len(body), largest))
        bodies = [frame.Body(channel_number, part).marshal() for part in parts]
        return [self._method, header.marshal(), *bodies]

    def _make_around(self, id_length: int, body_length: int) -> Around:
        if len(self._around) >= KEPT:
            self._around.clear()
        kind = CONTENT_TYPE.encode()
        properties = pack(">HB", FLAGS, len(kind)) + kind
        properties += pack("BB", PERSISTENT_DELIVERY_MODE, id_length)
        start = pack(">HxxQ", BasicProperties.INDEX, body_length) + properties
        app_id = self._app_id.encode()
        after = pack(">QB", self._second, len(app_id)) + app_id
        length = len(start) + id_length + len(after)
        around = Around(
            self._method + self._beginning(spec.FRAME_HEADER, length) + start,
            after + END + self._beginning(spec.FRAME_BODY, body_length),
        )
        self._around[id_length, body_length] = around
        return around

    def _beginning(self, kind: int, length: int) -> bytes:
        return pack(">BHI", kind, self._channel_number, length)
