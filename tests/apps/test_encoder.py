"""The bytes of a publish are those that pika would write, by whichever way they are made."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import cast

import pika
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pika.channel import Channel
from pika.connection import Connection

from workers import beneath, encoder, wire
from workers.publishing import Outgoing
from workers.wire import Wire

FRAME_MAX = 4096
QUEUE, APP_ID = "orders", "shop"

texts = st.text(min_size=1, max_size=60)
messages = st.lists(
    st.builds(
        Outgoing,
        sequence=st.integers(1),
        id=texts,
        body=st.binary(max_size=200) | st.binary(min_size=4000, max_size=4200),
        created=st.integers(1_700_000_000, 1_700_000_002),
        headers=st.none() | st.dictionaries(texts, st.booleans() | texts, max_size=3),
        content_type=st.none() | st.sampled_from(["text/plain", "application/json"]),
    ),
    max_size=20,
)


class Recording(Connection):
    """pika's connection on a transport that keeps what is written to it."""

    def __init__(self) -> None:
        parameters = pika.ConnectionParameters(frame_max=FRAME_MAX)
        super().__init__(parameters, internal_connection_workflow=False)
        self._set_connection_state(self.CONNECTION_OPEN)
        self._body_max_length = FRAME_MAX - encoder.OVERHEAD
        self.written = b""

    def _adapter_emit_data(self, data: bytes) -> None:
        self.written += data


Recording.__abstractmethods__ = frozenset()


def channel() -> Channel:
    made = Channel(Recording(), 1, lambda _channel: None)
    made._set_state(Channel.OPEN)
    return made


def written(channel: Channel) -> tuple[bytes, int, int]:
    """Return what was written, and pika's own count of bytes and frames."""
    connection = cast(Recording, channel.connection)
    return connection.written, connection.bytes_sent, connection.frames_sent


def publish_by_pika(channel: Channel, batch: list[Outgoing]) -> None:
    for message in batch:
        channel.basic_publish("", QUEUE, message.body, message.properties(APP_ID), True)


@given(messages)
def test_many_messages_at_once_are_written_as_pika_writes_them_one_by_one(
    batch: list[Outgoing],
) -> None:
    ours, pikas = channel(), channel()
    quick = Wire(ours, QUEUE, APP_ID)
    assert quick.fault is None
    quick.publish(batch)
    publish_by_pika(pikas, batch)
    assert written(ours) == written(pikas)


def test_large_bodies_are_written_in_parts_that_are_not_too_large_to_copy() -> None:
    made = encoder.Encoder(1, 1 << 17, QUEUE, APP_ID)
    batch = [Outgoing(number, "id", b"x" * 100_000, 1) for number in range(20)]
    parts = [len(encoded.data) for encoded in made.encode(batch)]
    assert len(parts) > 5
    assert max(parts) < encoder.AT_ONCE + 2 * 100_000


def test_bodies_of_very_many_lengths_take_no_memory_for_each() -> None:
    made = encoder.Encoder(1, 1 << 17, QUEUE, APP_ID)
    batch = [Outgoing(1, "id", b"x" * length, 1) for length in range(1, 3 * encoder.KEPT)]
    for _ in made.encode(batch):
        pass
    assert made.kept <= encoder.KEPT


@pytest.mark.parametrize("fault", ["this pika writes frames in", "this pika encodes a publish in"])
def test_a_pika_that_has_changed_is_used_by_its_public_method_and_the_log_says_so(
    fault: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    batch = [Outgoing(1, "a-1", b"one", 1), Outgoing(2, "a-2", b"two", 1, {"x-n": 1})]
    changed, pikas = channel(), channel()
    if "writes" in fault:
        monkeypatch.setattr(wire, "frames_writer", lambda _connection: None)
    else:
        monkeypatch.setattr(encoder, "END", b"\xcd")
    with caplog.at_level(logging.WARNING, logger="workers"):
        slow = Wire(changed, QUEUE, APP_ID)
    [record] = caplog.records
    assert record.msg == "slow_publish"
    assert vars(record)["fields"] == {"reason": f"{fault} another way"}
    slow.publish(batch)
    publish_by_pika(pikas, batch)
    assert written(changed) == written(pikas)


@pytest.mark.parametrize("missing", ["_output_marshaled_frames", "frames_sent"])
def test_without_its_place_in_pika_there_is_no_quick_way(missing: str) -> None:
    parts = {"_output_marshaled_frames": print, "frames_sent": 0}
    del parts[missing]
    assert beneath.frames_writer(cast(Connection, SimpleNamespace(**parts))) is None
