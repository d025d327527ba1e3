"""Failed messages rest in a queue of their own, and leave theirs only when they are in it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pika import BasicProperties, spec
from pika.channel import Channel

from tests.apps.tables import long_string, nested, timestamp, with_headers
from workers.message import Message, received
from workers.retry import RetryQueue


class ConfirmingChannel:
    """A channel that keeps what is published, and confirms when it is told to."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, bytes, BasicProperties, bool]] = []
        self._on_confirm: Callable[[Any], None]
        self._on_return: Callable[..., None]

    def confirm_delivery(self, on_confirm: Callable[[Any], None]) -> None:
        self._on_confirm = on_confirm

    def add_on_return_callback(self, on_return: Callable[..., None]) -> None:
        self._on_return = on_return

    def basic_publish(
        self, exchange: str, key: str, body: bytes, properties: BasicProperties, mandatory: bool
    ) -> None:
        self.published.append((exchange, key, body, properties, mandatory))

    def ack(self, sequence: int, multiple: bool = False) -> None:
        self._on_confirm(SimpleNamespace(method=spec.Basic.Ack(sequence, multiple)))

    def nack(self, sequence: int) -> None:
        self._on_confirm(SimpleNamespace(method=spec.Basic.Nack(sequence)))

    def give_back(self, sequence: int) -> None:
        properties = self.published[sequence - 1][3]
        self._on_return(self, None, properties, b"")


@pytest.fixture
def decided() -> dict[int, bool]:
    return {}


@pytest.fixture
def channel() -> ConfirmingChannel:
    return ConfirmingChannel()


@pytest.fixture
def retry(channel: ConfirmingChannel, decided: dict[int, bool]) -> RetryQueue:
    retry = RetryQueue("rest", 3, decided.__setitem__)
    retry.begin(cast(Channel, channel))
    return retry


def message(**headers: Any) -> Message:
    return Message(b"body", "a-1", content_type="text/plain", headers=headers)


def test_it_is_published_as_it_is_but_for_the_count(
    retry: RetryQueue, channel: ConfirmingChannel
) -> None:
    retry.publish(7, message(kind="x"))
    [(exchange, key, body, properties, mandatory)] = channel.published
    assert (exchange, key, body, mandatory) == ("", "rest", b"body", True)
    assert (properties.message_id, properties.content_type) == ("a-1", "text/plain")
    assert properties.headers == {"kind": "x", "x-retries": 1, "x-republished": True}
    assert properties.delivery_mode == 2


def test_what_the_broker_wrote_into_the_headers_is_left_to_it(
    retry: RetryQueue, channel: ConfirmingChannel
) -> None:
    broker = {"x-death": [{"count": 1}], "x-first-death-queue": "q", "x-delivery-count": 2}
    retry.publish(7, message(**broker, **{"x-retries": 1}))
    assert channel.published[0][3].headers == {"x-retries": 2, "x-republished": True}


def test_the_message_at_hand_is_not_changed(retry: RetryQueue) -> None:
    failed = message(kind="x")
    retry.publish(7, failed)
    assert failed.headers == {"kind": "x"}


def test_nothing_is_decided_before_the_confirm(
    retry: RetryQueue, channel: ConfirmingChannel, decided: dict[int, bool]
) -> None:
    retry.publish(7, message())
    assert (decided, retry.pending) == ({}, 1)
    channel.ack(1)
    assert (decided, retry.pending) == ({7: True}, 0)


def test_a_confirm_can_be_for_many(
    retry: RetryQueue, channel: ConfirmingChannel, decided: dict[int, bool]
) -> None:
    for tag in (7, 9, 4):
        retry.publish(tag, message())
    channel.ack(2, multiple=True)
    assert decided == {7: True, 9: True}
    channel.ack(3)
    assert decided == {7: True, 9: True, 4: True}


def test_a_nack_leaves_it_in_its_queue(
    retry: RetryQueue, channel: ConfirmingChannel, decided: dict[int, bool]
) -> None:
    retry.publish(7, message())
    channel.nack(1)
    assert decided == {7: False}


def test_a_return_leaves_it_in_its_queue_though_an_ack_follows(
    retry: RetryQueue, channel: ConfirmingChannel, decided: dict[int, bool]
) -> None:
    retry.publish(7, message())
    retry.publish(8, Message(b"other", "a-2"))
    channel.give_back(1)
    channel.ack(2, multiple=True)
    assert decided == {7: False, 8: True}


def test_a_lost_connection_decides_nothing_and_the_next_counts_anew(
    retry: RetryQueue, channel: ConfirmingChannel, decided: dict[int, bool]
) -> None:
    retry.publish(7, message())
    retry.end()
    assert retry.pending == 0
    retry.publish(8, message())
    assert len(channel.published) == 1, "it published on a channel that is gone"
    retry.begin(cast(Channel, channel))
    retry.publish(1, message())
    channel.ack(1)
    assert decided == {1: True}


@pytest.mark.parametrize(
    ("count", "exhausted"), [(None, False), (2, False), (3, True), (9, True), ("many", False)]
)
def test_the_limit_is_on_the_times_that_it_went_there(
    retry: RetryQueue, channel: ConfirmingChannel, count: object, exhausted: bool
) -> None:
    headers = {} if count is None else {"x-retries": count}
    why = retry.publish(7, message(**headers))
    assert why == (f"it has had {count} retries" if exhausted else None)
    assert len(channel.published) == (not exhausted)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (timestamp(2**62), "its properties cannot be published again: OSError"),
        (b"\x01\xfft\x01", "its properties cannot be published again: a bytes-like object"),
        (b"\x01tz", "its properties cannot be published again: InvalidFieldTypeException"),
        (nested(5000), "its properties cannot be published again: RecursionError"),
        (long_string(131_000), "its properties would take 131045 bytes; expected at most 129024"),
    ],
)
def test_properties_that_cannot_be_written_again_are_said_to_be(
    retry: RetryQueue, channel: ConfirmingChannel, table: bytes, why: str
) -> None:
    told = retry.publish(7, received(b"body", False, "", "queue", with_headers(table)))
    assert told is not None
    assert told.startswith(why)
    assert (channel.published, retry.pending) == ([], 0)
    retry.publish(8, message())
    channel.ack(1)
    assert retry.pending == 0, "the count of what was published is off"
