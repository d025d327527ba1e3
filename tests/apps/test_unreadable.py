"""A message whose properties cannot be decoded fails alone, and stops nothing."""

from __future__ import annotations

import pickle

import pytest

from tests.apps.tables import long_string, nested, timestamp, with_headers
from workers import Message, judge
from workers.dedup import Recent
from workers.message import UnreadableError, received
from workers.outcome import Result
from workers.spans import Spans
from workers.tracing import Contexts

SPOILT = [timestamp(2**62), b"\x01tz", b"\x05t", nested(5000)]


def message(table: bytes, redelivered: bool = False) -> Message:
    return received(b"body", redelivered, "", "queue", with_headers(table))


def read_all(message: Message) -> None:
    """Handle a message by what it says of itself."""
    assert message.headers is not None


def pass_over(_message: Message) -> None:
    """Handle a message by its body alone."""


@pytest.mark.parametrize("table", SPOILT)
def test_it_is_said_each_time_and_never_read_by_half(table: bytes) -> None:
    spoilt = message(table)
    for _ in range(2):
        with pytest.raises(UnreadableError, match=r"\w+: "):
            _ = spoilt.headers
    assert spoilt.known_id is None
    assert repr(spoilt) == "Message(id=None, redelivered=False, 4 bytes)"
    assert pickle.loads(pickle.dumps(spoilt)).body == b"body"  # noqa: S301 - as a process gets it


@pytest.mark.parametrize("table", SPOILT)
def test_a_handler_that_reads_them_has_failed(table: bytes) -> None:
    assert judge.singly(read_all)(message(table)) is Result.FAILED


@pytest.mark.parametrize("table", SPOILT)
def test_a_handler_that_does_not_has_handled_it_though_ids_are_asked_for(table: bytes) -> None:
    informed = judge.knowing(judge.singly(pass_over), Recent())
    assert informed(message(table, redelivered=True)) is Result.HANDLED


def test_it_fails_no_other_message_of_its_batch() -> None:
    def handle(messages: list[Message]) -> None:
        assert all(each.body == b"body" for each in messages)

    informed = judge.knowing_batch(judge.together(handle), Recent())
    batch = [Message(b"body", "a-1"), message(timestamp(2**62), redelivered=True)]
    assert informed(batch) == [Result.HANDLED, Result.HANDLED]


def test_what_is_odd_and_yet_readable_is_read() -> None:
    assert message(timestamp(0)).headers["t"].year == 1970
    assert len(message(long_string(1000)).headers["s"]) == 1000


def test_an_id_that_is_no_utf_8_is_text_all_the_same() -> None:
    id_flag = b"\x00\x80"
    spoilt = received(b"body", False, "", "queue", id_flag + b"\x03a-\xff")
    assert spoilt.id == r"a-\xff"


@pytest.mark.parametrize("table", SPOILT)
def test_in_no_trace_that_can_be_read_it_is_handled_all_the_same(table: bytes) -> None:
    assert message(table).trace is None
    for tracing in (Contexts(), Spans("queue")):
        assert judge.singly(tracing.over(pass_over))(message(table)) is Result.HANDLED


def test_in_a_batch_it_has_no_link_and_the_others_have_theirs() -> None:
    batch = [Message(b"body", "a-1"), message(timestamp(2**62))]
    judged = judge.together(Spans("queue").over(lambda _messages: None))
    assert judged(batch) == [Result.HANDLED, Result.HANDLED]
