"""Without the parts of pika that are not public, the public ones still do."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pika import SelectConnection
from pika.channel import Channel
from pika.connection import Connection

from workers import beneath


class PublicChannel:
    """A channel of a pika that no longer has `_rpc`."""

    def __init__(self) -> None:
        self.cancelled: dict[str, Callable[..., Any]] = {}

    def basic_cancel(self, consumer_tag: str, callback: Callable[..., Any]) -> None:
        self.cancelled[consumer_tag] = callback


def test_a_consumer_is_cancelled_by_the_public_method() -> None:
    channel = PublicChannel()

    def on_cancelled(_frame: object) -> None: ...

    beneath.cancel(cast(Channel, channel), "tag", on_cancelled)
    assert channel.cancelled == {"tag": on_cancelled}


def channel_on(**connection: object) -> Channel:
    return cast(
        Channel, SimpleNamespace(connection=SimpleNamespace(**connection), channel_number=1)
    )


def test_this_pika_lets_deliveries_be_read_here() -> None:
    """The guard: where it fails, a new pika has changed what `take_deliveries` relies on."""
    connection = SelectConnection.__new__(SelectConnection)
    assert callable(connection._on_data_available)
    assert "_frame_buffer" in inspect.getsource(Connection._on_data_available)
    assert "self._on_data_available(data)" in inspect.getsource(
        SelectConnection._proto_data_received
    )
    assert beneath._reads_as_pika()


@pytest.mark.parametrize(
    "connection",
    [
        {},
        {"_frame_buffer": b""},
        {"_frame_buffer": bytearray(), "_on_data_available": print},
        {"_on_data_available": print},
    ],
)
def test_a_pika_that_reads_in_another_way_is_left_to_it(connection: dict[str, object]) -> None:
    channel = channel_on(**connection)
    assert not beneath.take_deliveries(channel, "tag", lambda _found: None)
    assert vars(channel.connection) == connection


def test_a_pika_whose_frames_look_different_is_left_to_read_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pika.frame.Header.marshal", lambda _self: b"\x02\0\1\0\0\0\1\0\xce")
    beneath._reads_as_pika.cache_clear()
    channel = channel_on(_frame_buffer=b"", _on_data_available=print)
    assert not beneath.take_deliveries(channel, "tag", lambda _found: None)
    beneath._reads_as_pika.cache_clear()


def test_a_transport_without_a_known_receive_size_keeps_its_own() -> None:
    channel = channel_on(_frame_buffer=b"", _on_data_available=print, _transport=object())
    assert beneath.take_deliveries(channel, "tag", lambda _found: None)


def test_a_connection_without_a_transport_is_left_to_its_heartbeat() -> None:
    beneath.abort(cast(SelectConnection, SimpleNamespace()))
