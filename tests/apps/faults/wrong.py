"""What a server should never send, as scripts for an impostor.

LOGIN are for any client, CONSUMED for one that subscribes and PUBLISHED for one that publishes.
UNNOTICED are those in which a client may take what comes for nothing, and waits for more.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from itertools import count

from pika import frame, spec
from pika.amqp_object import Method

from tests.apps.impostor import Conversation, Script, header
from tests.apps.tables import timestamp, with_headers

MEBIBYTE = b"x" * 1024 * 1024
FLOOD = 200
"""Mebibytes that are sent to a client that should not take them."""


def raw(kind: int, channel: int, payload: bytes, end: int = spec.FRAME_END) -> bytes:
    """Return a frame of any kind."""
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + bytes([end])


def method(number: tuple[int, int], channel: int = 0, arguments: bytes = b"") -> bytes:
    """Return a method frame by its class and number."""
    return raw(spec.FRAME_METHOD, channel, struct.pack(">HH", *number) + arguments)


def at_first(*data: bytes) -> Script:
    """Say this in place of the offer to log in."""
    return lambda peer: peer.say(*data)


def in_the_login(*methods: Method) -> Script:
    """Begin the login, then send these."""

    def script(peer: Conversation) -> None:
        peer.begin()
        for each in methods:
            peer.send(each)

    return script


def flood_login(peer: Conversation) -> None:
    """Announce a frame of four gibibytes, and send on and on."""
    peer.say(struct.pack(">BHI", spec.FRAME_METHOD, 0, 2**32 - 1))
    for _ in range(FLOOD):
        peer.say(MEBIBYTE)


def noise(seed: int) -> Script:
    """Say what chance says, the same for a seed."""
    return at_first(random.Random(seed).randbytes(4096))  # noqa: S311 - no secret


LOGIN: dict[str, Script] = {
    "a web server": at_first(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
    "another protocol version": at_first(b"AMQP\x03\x01\x00\x00"),
    "a frame without its end": at_first(raw(spec.FRAME_METHOD, 0, b"\0\x0a\0\x0a", end=0)),
    "a frame of unknown kind": at_first(raw(7, 0, b"")),
    "an unknown method": at_first(method((10, 99))),
    "a method without arguments": at_first(method((10, 10))),
    "an empty method": at_first(raw(spec.FRAME_METHOD, 0, b"")),
    "a body before all else": at_first(raw(spec.FRAME_BODY, 1, b"body")),
    "a tune before the start": at_first(
        frame.Method(0, spec.Connection.Tune(1, 2, 3)).marshal(),
    ),
    "a frame without end": flood_login,
    "an open before the tune": in_the_login(spec.Connection.OpenOk()),
    "a secure that nobody asked for": in_the_login(spec.Connection.Secure("challenge")),
    "a close in the login": in_the_login(spec.Connection.Close(541, "INTERNAL_ERROR", 0, 0)),
    "a frame maximum of one": in_the_login(spec.Connection.Tune(1, 1, 1)),
    **{f"noise {seed}": noise(seed) for seed in range(5)},
}


def consuming(say: Callable[[Conversation, str], None]) -> Script:
    """Let the client subscribe, then say something; `say` gets the consumer's tag."""
    return lambda peer: say(peer, peer.let_consume())


def _deliver(consumer: str, tag: int = 1) -> bytes:
    return frame.Method(1, spec.Basic.Deliver(consumer, tag, False, "", "queue")).marshal()


def flood_of_deliveries(peer: Conversation, consumer: str) -> None:
    """Send messages without end, whatever the prefetch is and though nothing is acknowledged."""
    for tag in range(1, 100_000):
        peer.deliver(consumer, tag, b"x" * 4096)


def flood_of_a_body(peer: Conversation, consumer: str) -> None:
    """Announce a body of an exbibyte, and send on and on."""
    peer.say(_deliver(consumer), header(2**60))
    part = raw(spec.FRAME_BODY, 1, b"x" * 100_000)
    for _ in range(FLOOD * 10):
        peer.say(part)


def flood_of_a_frame(peer: Conversation, consumer: str) -> None:
    """Announce a body of four gibibytes in one frame, and send on and on."""
    peer.say(_deliver(consumer), header(2**32 - 1))
    peer.say(struct.pack(">BHI", spec.FRAME_BODY, 1, 2**32 - 1))
    for _ in range(FLOOD):
        peer.say(MEBIBYTE)


CONSUMED: dict[str, Script] = {
    "a delivery to nobody": consuming(lambda peer, _: peer.deliver("nobody", 1)),
    "a body without a delivery": consuming(
        lambda peer, _: peer.say(raw(spec.FRAME_BODY, 1, b"body"))
    ),
    "two deliveries without a body": consuming(
        lambda peer, consumer: peer.say(*2 * [_deliver(consumer), _deliver(consumer)])
    ),
    "a body that is too long": consuming(
        lambda peer, consumer: peer.say(
            _deliver(consumer), header(2), raw(spec.FRAME_BODY, 1, b"body")
        )
    ),
    "a delivery that was made before": consuming(
        lambda peer, consumer: peer.deliver_all(consumer, (1, 2, 2))
    ),
    "a delivery with number 0": consuming(lambda peer, consumer: peer.deliver(consumer, 0)),
    "a delivery out of order": consuming(lambda peer, consumer: peer.deliver(consumer, 1000)),
    "a frame on a channel that is not there": consuming(
        lambda peer, _: peer.say(raw(spec.FRAME_BODY, 99, b"body"), method((60, 60), 99))
    ),
    "a heartbeat with noise behind it": consuming(
        lambda peer, _: peer.say(frame.Heartbeat().marshal(), random.Random(1).randbytes(512))  # noqa: S311
    ),
    "deliveries beyond the prefetch": consuming(flood_of_deliveries),
    "a body without end": consuming(flood_of_a_body),
    "a frame without end": consuming(flood_of_a_frame),
}


def publishing(say: Callable[[Conversation], None]) -> Script:
    """Let the client publish, then say something."""

    def script(peer: Conversation) -> None:
        peer.let_publish()
        say(peer)

    return script


def flood_of_returns(peer: Conversation) -> None:
    """Return messages without end that nobody has sent."""
    returned = frame.Method(1, spec.Basic.Return(312, "NO_ROUTE", "", "queue")).marshal()
    for number in count():
        peer.say(returned, header(0, message_id=f"stranger-{number}" + "x" * 200))
        if number == 100_000:
            return


PUBLISHED: dict[str, Script] = {
    "a confirm of what was not sent": publishing(
        lambda peer: peer.send(spec.Basic.Ack(10**9, True), 1)
    ),
    "a confirm without a number": publishing(lambda peer: peer.send(spec.Basic.Ack(0, True), 1)),
    "a refusal of what was not sent": publishing(
        lambda peer: peer.send(spec.Basic.Nack(10**9, False), 1)
    ),
    "a return that cannot be read": publishing(
        lambda peer: peer.say(
            frame.Method(1, spec.Basic.Return(312, "NO_ROUTE", "", "queue")).marshal(),
            raw(
                spec.FRAME_HEADER,
                1,
                struct.pack(">HHQ", 60, 0, 0) + with_headers(timestamp(2**62)),
            ),
        )
    ),
    "a blocked with no reason": publishing(lambda peer: peer.say(method((10, 60)))),
    "a second answer to the same question": publishing(
        lambda peer: peer.send(spec.Confirm.SelectOk(), 1)
    ),
    "returns of what was not sent": publishing(flood_of_returns),
}

UNNOTICED = {
    "a return that cannot be read",
    "a body before all else",
    "a tune before the start",
    "an open before the tune",
    "a secure that nobody asked for",
    "a delivery to nobody",
    "two deliveries without a body",
    "a second answer to the same question",
    "returns of what was not sent",
}
