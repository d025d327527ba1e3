"""What may have killed a worker is taken alone, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pika import BasicProperties
from pika.channel import Channel

from workers.message import Message
from workers.suspects import Suspects


class GivingChannel:
    """A channel that is asked for single messages."""

    def __init__(self) -> None:
        self.asked = 0
        self._tag = 0
        self._on_got: Callable[..., None]
        self._on_empty: Callable[[object], None]

    def add_callback(
        self, callback: Callable[[object], None], _replies: list[Any], one_shot: bool
    ) -> None:
        assert not one_shot
        self._on_empty = callback

    def basic_get(self, queue: str, callback: Callable[..., None]) -> None:
        assert queue == "queue"
        self.asked += 1
        self._on_got = callback

    def give(self, count: int | None = None, redelivered: bool = True) -> None:
        self._tag += 1
        headers = None if count is None else {"x-delivery-count": count}
        method = SimpleNamespace(
            delivery_tag=self._tag, redelivered=redelivered, exchange="", routing_key="queue"
        )
        self._on_got(self, method, BasicProperties(headers=headers), b"body")

    def have_none(self) -> None:
        self._on_empty(object())


class Taker:
    """Notes what a consumer is told."""

    def __init__(self, most: int = 10) -> None:
        self.channel = GivingChannel()
        self.suspects = Suspects("queue", most)
        self.tags: list[int] = []
        self.empty = 0
        self.begin()

    def begin(self) -> None:
        self.suspects.begin(cast(Channel, self.channel), self.take, self.find_none)

    def take(self, tag: int, _message: Message) -> None:
        self.tags.append(tag)

    def find_none(self) -> None:
        self.empty += 1


def test_a_message_that_was_counted_is_followed_by_another_question() -> None:
    taker = Taker()
    taker.channel.give(count=1)
    assert (taker.tags, taker.suspects.due, taker.suspects.waits) == ([1], True, True)
    taker.suspects.ask()
    assert not taker.suspects.waits, "it would ask twice at once"
    taker.channel.give(count=3)
    assert taker.tags == [1, 2]


@pytest.mark.parametrize(("count", "redelivered"), [(None, False), (None, True), (0, True)])
def test_one_that_was_not_counted_is_the_last_to_be_taken_alone(
    count: int | None, redelivered: bool
) -> None:
    taker = Taker()
    taker.channel.give(count, redelivered)
    assert (taker.tags, taker.suspects.due, taker.suspects.asking) == ([1], False, False)


def test_an_empty_queue_holds_no_suspect_and_is_told_once() -> None:
    taker = Taker()
    taker.channel.have_none()
    assert (taker.empty, taker.suspects.due) == (1, False)
    taker.channel.have_none()
    assert taker.empty == 1, "an answer to nobody's question was taken for one"


def test_no_more_are_taken_alone_than_one_worker_can_have_held() -> None:
    taker = Taker(most=2)
    taker.channel.give(count=1)
    taker.suspects.ask()
    taker.channel.give(count=1)
    assert not taker.suspects.due


def test_a_session_that_is_lost_over_a_handler_is_followed_by_more_questions() -> None:
    taker = Taker()
    taker.channel.give(count=1)
    taker.suspects.end()
    assert not taker.suspects.waits
    taker.begin()
    assert taker.channel.asked == 2


def test_a_session_that_is_lost_over_the_answer_is_followed_by_the_same_question() -> None:
    taker = Taker()
    taker.suspects.end()
    assert (taker.suspects.asking, taker.suspects.due) == (False, True)
