"""What is read here of a broker's bytes is what pika reads of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pika import BasicProperties, frame, spec
from pika.channel import ContentFrameAssembler

from workers.beneath import DeliveryReader
from workers.bounds import WrongInputError
from workers.deliveries import Deliveries, Rest
from workers.message import Message

CHANNEL = 1
CONSUMER = "ctag1.7"
OURS = st.just(CONSUMER)

names = st.text(max_size=20).filter(lambda text: len(text.encode()) < 256)
properties = st.builds(
    BasicProperties,
    message_id=st.none() | names,
    content_type=st.none() | names,
    delivery_mode=st.sampled_from([None, 1, 2]),
    timestamp=st.none() | st.integers(0, 2**40),
    headers=st.none() | st.dictionaries(names, st.integers(-100, 100) | names, max_size=3),
)


def methods(consumers: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.builds(
        spec.Basic.Deliver,
        consumers,
        st.integers(1, 2**63),
        st.booleans(),
        st.sampled_from(["", "amq.topic"]),
        st.sampled_from(["a", "b", "long.er"]),
    )


@st.composite
def deliveries(draw: st.DrawFn, consumers: st.SearchStrategy[str] = OURS) -> bytes:
    """Draw a delivery, with a body that may come in several frames."""
    body = draw(st.binary(max_size=40))
    cut = draw(st.integers(1, 50))
    parts = [body[at : at + cut] for at in range(0, len(body), cut)]
    frames = [
        frame.Method(CHANNEL, draw(methods(consumers))),
        frame.Header(CHANNEL, len(body), draw(properties)),
        *(frame.Body(CHANNEL, part) for part in parts),
    ]
    return b"".join(each.marshal() for each in frames)


others = st.sampled_from(
    [
        frame.Heartbeat().marshal(),
        frame.Method(CHANNEL, spec.Basic.CancelOk(CONSUMER)).marshal(),
        frame.Method(0, spec.Connection.Unblocked()).marshal(),
        frame.Method(2, spec.Basic.Deliver(CONSUMER, 1, False, "", "q")).marshal(),
    ]
)
streams = st.lists(
    deliveries() | deliveries(st.sampled_from(["ctag1.77", "c", ""])) | others, max_size=12
).map(b"".join)


class PikaConnection:
    """What DeliveryReader knows of a connection, with pika's own decoding behind it."""

    def __init__(self, begun: bytes = b"") -> None:
        self._frame_buffer = begun
        self._assembler = ContentFrameAssembler()
        self.seen: list[object] = []

    def _on_data_available(self, data: bytes) -> None:
        self._frame_buffer += data
        while self._frame_buffer:
            size, value = frame.decode_frame(self._frame_buffer)
            assert not isinstance(value, frame.ProtocolHeader)
            if value is None:
                return
            self._frame_buffer = self._frame_buffer[size:]
            if isinstance(value, frame.Heartbeat):
                self.seen.append("heartbeat")
            elif isinstance(value, frame.Method) and not spec.has_content(value.method.INDEX):
                self.seen.append(value.method.NAME)
            elif value.channel_number != CHANNEL:
                self.seen.append(value.channel_number)
            elif content := self._assembler.process(value):
                method, header, body = content
                message = Message.delivered(method.method, header.properties, body)
                consumer = method.method.consumer_tag
                self.see(method.method.delivery_tag, message, consumer)

    def see(self, tag: int, message: Message, consumer: str = CONSUMER) -> None:
        routing = (message.exchange, message.routing_key, message.redelivered)
        self.seen.append((consumer, tag, message.body, message.properties, routing))

    def on_deliveries(self, found: list[tuple[int, Message]]) -> None:
        for tag, message in found:
            self.see(tag, message)


def chunks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@settings(max_examples=1000)
@given(stream=streams, size=st.integers(1, 2000), begun=st.integers(0, 30))
def test_any_stream_cut_anywhere_reads_as_with_pika_alone(
    stream: bytes, size: int, begun: int
) -> None:
    alone = PikaConnection()
    alone._on_data_available(stream)
    connection = PikaConnection(stream[:begun])
    reader = DeliveryReader(connection, Deliveries(CHANNEL, CONSUMER), connection.on_deliveries)
    for chunk in chunks(stream[begun:], size):
        reader.on_data(chunk)
    # What is in pika's buffer is taken with the first bytes after it.
    if len(stream) > begun:
        assert connection.seen == alone.seen


@settings(max_examples=1000)
@given(
    stream=streams.filter(bool),
    size=st.integers(1, 2000),
    at=st.integers(0, 10_000),
    value=st.integers(0, 255),
)
def test_a_byte_that_is_wrong_is_a_fault_for_pika_or_the_bounds_to_find(
    stream: bytes, size: int, at: int, value: int
) -> None:
    wrong = bytearray(stream)
    wrong[at % len(wrong)] = value
    connection = PikaConnection()
    faults: list[Exception] = []
    connection._on_data_available = noting(connection._on_data_available, faults)  # type: ignore[assignment, method-assign]
    reader = DeliveryReader(connection, Deliveries(CHANNEL, CONSUMER), lambda _found: None)
    for chunk in chunks(bytes(wrong), size):
        try:
            reader.on_data(chunk)
        except WrongInputError:
            return  # as for pika's own errors, the connection is closed
        if faults:
            return


def noting(take: Callable[[bytes], None], faults: list[Exception]) -> Callable[[bytes], None]:
    def noted(data: bytes) -> None:
        try:
            take(data)
        except Exception as error:
            faults.append(error)

    return noted


def test_bytes_that_begin_no_frame_are_named_unknown() -> None:
    assert Deliveries(CHANNEL, CONSUMER).read(b"AMQP\0\0\x09\x01", 0) == ([], 0, Rest.UNKNOWN)


@pytest.mark.parametrize("count", [1, 200])
def test_deliveries_that_are_alike_are_read_in_one_go(count: int) -> None:
    method = frame.Method(CHANNEL, spec.Basic.Deliver(CONSUMER, 5, False, "", "q")).marshal()
    rest = (
        frame.Header(CHANNEL, 2, BasicProperties()).marshal() + frame.Body(CHANNEL, b"ok").marshal()
    )
    data = (method + rest) * count
    found, end, _ = Deliveries(CHANNEL, CONSUMER).read(data, 0)
    assert [tag for tag, _ in found] == [5] * count
    assert end == len(data)
