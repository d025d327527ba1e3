"""Where pika's public API is not enough, or not quick enough; each has a way to fall back to."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

from pika import BasicProperties, SelectConnection, frame, spec
from pika.channel import Channel
from pika.connection import Connection

from workers import bounds
from workers.beneath.inlet import Inlet, OnData
from workers.deliveries import Deliveries, Rest, frame_size
from workers.message import Message

RECEIVE_BYTES = 65536
"""What one call to the socket may bring; pika's own 4096 are about ten messages."""

OnDeliveries: TypeAlias = Callable[[list[tuple[int, Message]]], None]
"""Takes messages by their delivery tags, in the order in which they came."""


def cancel(channel: Channel, consumer_tag: str, on_cancelled: Callable[[object], None]) -> None:
    """Cancel a consumer whose callback still gets every delivery that is on its way.

    pika's own `basic_cancel` rejects what arrives before the broker's answer and drops what
    arrives after it. RabbitMQ counts both towards the delivery limit: a healthy message that meets
    enough restarting workers would be dead-lettered. So this takes pika's way to send any request,
    or `basic_cancel` from a pika without it.
    """
    request = getattr(channel, "_rpc", None)
    if request is None:
        channel.basic_cancel(consumer_tag, callback=on_cancelled)
        return
    method = spec.Basic.Cancel(consumer_tag=consumer_tag)  # type: ignore[no-untyped-call]
    request(method, on_cancelled, [(spec.Basic.CancelOk, {"consumer_tag": consumer_tag})])


def abort(connection: SelectConnection) -> None:
    """Close the socket of a peer that does not answer `close`; the close callback then comes.

    Without it the socket stays open until pika misses enough heartbeats, three times as long.
    """
    transport = getattr(connection, "_transport", None)
    if transport is not None:
        transport.abort()


def frames_writer(connection: Connection) -> Callable[[bytes, int], None] | None:
    """Return what writes so many whole frames at once; None from a pika that has no such place.

    pika's `basic_publish` encodes each publish anew and sends each of its three frames by a call
    of its own. What is returned takes frames that are encoded already, by the method through which
    pika sends its own, so that its count of bytes, which heartbeats go by, stays right.
    """
    output = getattr(connection, "_output_marshaled_frames", None)
    if output is None or not isinstance(getattr(connection, "frames_sent", None), int):
        return None

    def write(data: bytes, frames: int) -> None:
        output([data])
        connection.frames_sent += frames - 1

    return write


def take_deliveries(channel: Channel, consumer_tag: str, on_deliveries: OnDeliveries) -> bool:
    """Have the deliveries of a consumer handed over many at once, without pika's decoding of each.

    All else that the broker sends still goes to pika, and so do deliveries of another form: they
    come to the callback of `basic_consume` as ever. So does everything, and this returns False,
    where this pika does not take its input, or write its frames, in the way that is known here.
    """
    connection: Any = channel.connection
    known = isinstance(getattr(connection, "_frame_buffer", None), bytes)
    if not (
        known and callable(getattr(connection, "_on_data_available", None)) and _reads_as_pika()
    ):
        return False
    deliveries = Deliveries(channel.channel_number, consumer_tag)
    reader = DeliveryReader(connection, deliveries, on_deliveries)
    inlet = getattr(connection._on_data_available, "__self__", None)
    if isinstance(inlet, Inlet):
        reader.to_pika, inlet.read = inlet.read, reader.on_data
    else:
        connection._on_data_available = reader.on_data
    transport: Any = getattr(connection, "_transport", None)
    if hasattr(transport, "_MAX_RECV_BYTES"):
        transport._MAX_RECV_BYTES = RECEIVE_BYTES
    return True


class DeliveryReader:
    """Stands between a pika connection's socket and its decoder."""

    def __init__(
        self, connection: Any, deliveries: Deliveries, on_deliveries: OnDeliveries
    ) -> None:
        self._connection = connection
        self.to_pika: OnData = connection._on_data_available
        self._deliveries = deliveries
        self._on_deliveries = on_deliveries
        self._part = b""

    def on_data(self, data: bytes) -> None:
        """Hand over the deliveries in what came, and give pika each other frame in its turn."""
        if left := self._connection._frame_buffer:
            # What came in one piece with the answer to basic_consume; it begins a frame.
            self._connection._frame_buffer = b""
            data = left + data
        elif self._part:
            data = self._part + data
        self._part = b""
        at = 0
        while at < len(data):
            found, at, rest = self._deliveries.read(data, at)
            if found:
                self._on_deliveries(found)
            if rest is Rest.PART:
                self._part = data[at:]
                # At most the three frames of a delivery.
                bounds.check_frame(len(self._part) // 3)
                bounds.check_unfinished(self._part)
                return
            end = at + frame_size(data, at) if rest is Rest.OTHER else len(data)
            self.to_pika(data[at:end])
            at = end


@lru_cache
def _reads_as_pika() -> bool:
    """Tell whether a delivery in pika's own words is read here as it was meant."""
    method = spec.Basic.Deliver("consumer", 7, True, "exchange", "key")  # type: ignore[no-untyped-call]
    properties = BasicProperties(message_id="id", headers={"header": 1})  # type: ignore[no-untyped-call]
    frames = (frame.Method(1, method), frame.Header(1, 4, properties), frame.Body(1, b"body"))
    data = b"".join(each.marshal() for each in frames)
    match Deliveries(1, "consumer").read(data, 0):
        case [(7, message)], end, _:
            read = (message.exchange, message.routing_key, message.body, message.redelivered)
            same = message.properties == properties
            return same and end == len(data) and read == ("exchange", "key", b"body", True)
    return False
