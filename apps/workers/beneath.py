"""Three places where pika's public API is not enough, each with the public way to fall back to."""

from __future__ import annotations

from collections.abc import Callable

from pika import SelectConnection, spec
from pika.channel import Channel
from pika.connection import Connection


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
