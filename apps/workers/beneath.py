"""Where pika's public API is not enough, or not quick enough; each has a way to fall back to."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, TypeAlias

from pika import BasicProperties, SelectConnection, frame, spec
from pika.channel import Channel
from pika.connection import Connection
from pika.exceptions import InvalidFrameError

from workers.deliveries import Deliveries, Rest, frame_size
from workers.message import Message

RECEIVE_BYTES = 65536
"""What one call to the socket may bring; pika's own 4096 are about ten messages."""
LARGEST_FRAME = spec.FRAME_MAX_SIZE
"""Bytes; pika proposes it to the broker, which may only lower it."""
LARGEST_BODY = 512 * 1024 * 1024
"""Bytes; RabbitMQ lets nobody set its max_message_size higher."""

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


def let_go(connection: SelectConnection) -> None:
    """Close the socket of a connection whose loop has ended, if pika has left it open."""
    transport = getattr(connection, "_transport", None)
    open_socket = getattr(transport, "_sock", None)
    if open_socket is not None:
        with suppress(OSError):
            open_socket.close()


def raised_by_pika(error: Exception) -> bool:
    """Tell what pika raised of what it called: the worker's own code, or a role's."""
    last = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1]
    return str(last.f_globals.get("__name__", "")).partition(".")[0] == "pika"


def bound_input(connection: Any) -> None:
    """Have no more kept of an unfinished frame or body than a broker may send.

    pika takes a frame's word for its size, and a header's for that of its body: a peer that names
    4 GiB and sends on would fill the memory. What is too large ends the connection as any other
    wrong frame does. A pika with other insides is left as it is.
    """
    to_pika = getattr(connection, "_on_data_available", None)
    if not (callable(to_pika) and isinstance(getattr(connection, "_frame_buffer", None), bytes)):
        return

    def on_data(data: bytes) -> None:
        to_pika(data)
        check_part(connection._frame_buffer)
        for channel in connection._channels.values():
            check_body(channel)

    connection._on_data_available = on_data


def check_part(data: bytes, frames: int = 1) -> None:
    """Raise InvalidFrameError for a beginning that is longer than so many whole frames."""
    if len(data) > frames * LARGEST_FRAME:
        raise InvalidFrameError(f"a frame of more than {LARGEST_FRAME} bytes")


def check_body(channel: Any) -> None:
    """Raise InvalidFrameError where a body is under way that no RabbitMQ would have taken."""
    assembler = getattr(channel, "_content_assembler", None)
    header = getattr(assembler, "_header_frame", None)
    if header is not None and header.body_size > LARGEST_BODY:
        raise InvalidFrameError(
            f"a body of {header.body_size} bytes; expected at most {LARGEST_BODY}"
        )


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
    connection._on_data_available = DeliveryReader(connection, deliveries, on_deliveries).on_data
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
        self._to_pika: Callable[[bytes], None] = connection._on_data_available
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
                check_part(self._part, frames=3)
                return
            end = at + frame_size(data, at) if rest is Rest.OTHER else len(data)
            self._to_pika(data[at:end])
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
