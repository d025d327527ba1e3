"""What comes in is held to bounds, and read where pika cannot read it."""

from __future__ import annotations

import inspect
import socket
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pika import BasicProperties, SelectConnection, frame
from pika.channel import ContentFrameAssembler
from pika.connection import Connection

from tests.apps.tables import timestamp, with_headers
from workers.beneath import inlet
from workers.message import Message, UnreadableError

KNOWN = {
    "_frame_buffer": b"",
    "_channels": {},
    "_on_data_available": print,
    "_read_frame": print,
}


def test_this_pika_lets_its_input_be_bounded() -> None:
    """The guard: where it fails, nothing but the memory bounds what a wrong peer sends."""
    connection: Any = SelectConnection.__new__(SelectConnection)
    connection._frame_buffer, connection._channels = b"", {}
    assert inlet.guard(connection, print)
    reading = inspect.getsource(Connection._on_data_available)
    assert "self._read_frame()" in reading
    assert "self._frame_buffer" in reading
    source = inspect.getsource(ContentFrameAssembler)
    assert "self._header_frame" in source
    assert ContentFrameAssembler()._header_frame is None


@pytest.mark.parametrize(
    "connection",
    [
        {},
        *({name: known for name, known in KNOWN.items() if name != left} for left in KNOWN),
        {**KNOWN, "_frame_buffer": bytearray()},
    ],
)
def test_a_pika_that_keeps_its_input_elsewhere_is_left_without_bounds(
    connection: dict[str, object],
) -> None:
    given = SimpleNamespace(**connection)
    assert not inlet.guard(given, print)
    assert vars(given) == connection


def test_a_channel_without_a_body_under_way_has_none_that_is_too_large() -> None:
    assert inlet.body_size(SimpleNamespace()) == 0
    assert inlet.body_size(SimpleNamespace(_content_assembler=ContentFrameAssembler())) == 0


def test_the_fault_of_a_role_is_not_taken_for_the_peer_s() -> None:
    told: list[str] = []

    def of_a_role(_data: bytes) -> None:
        raise OSError("no space left on device")

    connection: Any = SimpleNamespace(
        _frame_buffer=b"", _channels={}, _on_data_available=of_a_role, _read_frame=print
    )
    assert inlet.guard(connection, told.append)
    with pytest.raises(OSError, match="no space left"):
        connection._on_data_available(b"\x08")
    assert told == []


def test_a_socket_that_pika_leaves_open_is_closed() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        connection: Any = SimpleNamespace(_transport=SimpleNamespace(_sock=ours))
        inlet.let_go(connection)
        assert theirs.recv(1) == b""
    inlet.let_go(cast(SelectConnection, SimpleNamespace()))


class Spoilt(BasicProperties):
    """Properties that pika cannot decode."""

    def encode(self) -> list[bytes]:
        return [with_headers(timestamp(2**62))]


def test_a_header_that_pika_cannot_decode_is_passed_on_as_it_is() -> None:
    data = frame.Header(7, 1000, Spoilt()).marshal()
    connection: Any = SimpleNamespace(**{**KNOWN, "_frame_buffer": data + b"more"})
    assert inlet.guard(connection, print)
    size, header = connection._read_frame()
    assert (size, header.channel_number, header.body_size) == (len(data), 7, 1000)
    method = SimpleNamespace(redelivered=True, exchange="", routing_key="queue")
    message = Message.delivered(method, header.properties, b"body")
    assert message.known_id is None
    with pytest.raises(UnreadableError):
        _ = message.headers


@pytest.mark.parametrize(
    "data",
    [
        b"\x02\0\x01\0\0\0\x01\0\xce",
        b"\x01\0\0\0\0\0\x04\0\x0a\0\x63\xce",
        frame.Header(1, 4, Spoilt()).marshal().replace(b"\0\x3c", b"\0\x3d"),
    ],
    ids=["a header that is too short", "an unknown method", "a header of another class"],
)
def test_what_is_no_header_of_a_message_is_an_error_as_ever(data: bytes) -> None:
    connection: Any = SimpleNamespace(**{**KNOWN, "_frame_buffer": data})
    assert inlet.guard(connection, print)
    with pytest.raises(Exception, match=r".+"):
        connection._read_frame()
