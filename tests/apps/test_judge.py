"""What the way in which a handler ends means for its messages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workers import Message, Reject, SomeFailed
from workers.dedup import Recent
from workers.judge import knowing, knowing_batch, singly, together
from workers.outcome import Result

HANDLED, FAILED, REJECTED, DUPLICATE = (
    Result.HANDLED,
    Result.FAILED,
    Result.REJECTED,
    Result.DUPLICATE,
)


def raising(error: BaseException) -> Callable[[object], None]:
    def handler(_messages: object) -> None:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (Reject("no"), REJECTED),
        (ValueError("bad"), FAILED),
        (SystemExit(1), FAILED),
        (KeyboardInterrupt(), FAILED),
        (SomeFailed({}), FAILED),
    ],
)
def test_an_exception_decides(error: BaseException, result: Result) -> None:
    assert singly(raising(error))(Message(b"")) is result


def test_a_return_handles_whatever_it_returns() -> None:
    assert singly(lambda _message: False)(Message(b"")) is HANDLED


BATCH = [Message(b"%d" % n, f"a-{n}") for n in range(4)]


def test_a_batch_is_handled_as_a_whole() -> None:
    assert together(lambda _batch: None)(BATCH) == [HANDLED] * 4


@pytest.mark.parametrize(
    ("error", "result"), [(ValueError("all"), FAILED), (Reject("all"), REJECTED)]
)
def test_an_exception_is_for_the_whole_batch(error: Exception, result: Result) -> None:
    assert together(raising(error))(BATCH) == [result] * 4


def test_some_may_fail_and_some_be_refused() -> None:
    errors = {BATCH[1]: ValueError("bad"), BATCH[3]: Reject("no")}
    results = together(raising(SomeFailed(errors)))(BATCH)
    assert results == [HANDLED, FAILED, HANDLED, REJECTED]


def test_a_batch_that_blames_a_message_it_was_not_given_fails_as_a_whole() -> None:
    stranger = SomeFailed({Message(b"1", "a-1"): ValueError("bad")})
    assert together(raising(stranger))(BATCH) == [FAILED] * 4


def test_messages_that_look_alike_are_told_apart() -> None:
    twins = [Message(b"same", "a"), Message(b"same", "a")]
    assert together(raising(SomeFailed({twins[1]: ValueError()})))(twins) == [HANDLED, FAILED]


def sent(id_: str | None, again: bool = False) -> Message:
    return Message(b"", id_, redelivered=again)


def test_what_was_handled_is_known_when_it_comes_again() -> None:
    judge = knowing(singly(lambda _message: None), Recent())
    assert judge(sent("a")) is HANDLED
    assert judge(sent("a", again=True)) is DUPLICATE
    assert judge(Message(b"", "a", headers={"x-republished": True})) is DUPLICATE


def test_what_failed_is_given_to_the_handler_again() -> None:
    dedup = Recent()
    assert knowing(singly(raising(ValueError())), dedup)(sent("a")) is FAILED
    assert knowing(singly(lambda _message: None), dedup)(sent("a", again=True)) is HANDLED


def test_a_first_sight_is_never_asked_about() -> None:
    dedup = Recent()
    dedup.add("a")
    assert knowing(singly(lambda _message: None), dedup)(sent("a")) is HANDLED


def test_a_message_without_an_id_is_always_handled() -> None:
    judge = knowing(singly(lambda _message: None), Recent())
    assert [judge(sent(None, again=True)) for _ in range(2)] == [HANDLED, HANDLED]


class Unreachable(Recent):
    def seen(self, message_id: str) -> bool:
        raise ConnectionError(f"no store to look up {message_id} in")


def test_a_store_that_fails_fails_the_message_and_not_the_thread() -> None:
    assert knowing(singly(lambda _message: None), Unreachable())(sent("a", True)) is FAILED
    batch = knowing_batch(together(lambda _batch: None), Unreachable())
    assert batch([sent("a"), sent("b", True)]) == [FAILED, FAILED]


def test_a_batch_is_given_without_what_is_known() -> None:
    given: list[list[Message]] = []
    judge = knowing_batch(together(given.append), Recent())
    first, again, other = sent("a"), sent("a", again=True), sent("b")
    assert judge([first]) == [HANDLED]
    assert judge([again, other]) == [DUPLICATE, HANDLED]
    assert judge([again]) == [DUPLICATE]
    assert given == [[first], [other]]
