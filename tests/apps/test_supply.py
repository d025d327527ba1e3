"""A source's messages reach the I/O thread, and a slow source never holds it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from time import monotonic, sleep

import pytest

from workers.supply import CLOSE_WITHIN, Buffered, Direct

PATIENCE = 10.0


def take(supply: Buffered, taken: list[object], limit: int) -> bool:
    """Take what is there, and tell whether it was the last."""
    taken.extend(supply.take(limit))
    return supply.over


def until(look: Callable[[], object]) -> None:
    deadline = monotonic() + PATIENCE
    while not look():
        assert monotonic() < deadline, "it never came to pass"
        sleep(0.001)


def counted(seen: list[int]) -> Iterator[int]:
    while True:
        seen.append(len(seen))
        yield seen[-1]


def fails_after(*given: object, error: BaseException) -> Iterator[object]:
    yield from given
    raise error


def test_a_direct_source_is_over_once_it_gives_less_than_it_was_asked_for() -> None:
    supply = Direct("abc")
    assert supply.take(2) == ["a", "b"]
    assert not supply.over
    assert supply.take(2) == ["c"]
    assert supply.over


def test_what_a_direct_source_gave_before_it_failed_is_not_lost() -> None:
    supply = Direct(fails_after(1, 2, error=OSError("disk gone")))
    assert supply.take(5) == [1, 2]
    assert supply.over
    assert str(supply.failure).startswith("OSError: disk gone (")


def test_no_more_is_read_ahead_than_the_bound() -> None:
    seen: list[int] = []
    supply = Buffered(counted(seen), bound=5)
    until(lambda: supply.at_hand == 5)
    sleep(0.05)
    assert len(seen) == 5
    assert supply.take(3) == [0, 1, 2]
    until(lambda: supply.at_hand == 5)
    assert supply.take(9) == [3, 4, 5, 6, 7]
    supply.close()


def test_no_more_is_read_than_the_limit_and_the_source_is_closed() -> None:
    closed = Event()

    def source() -> Iterator[int]:
        try:
            yield from counted([])
        finally:
            closed.set()

    supply = Buffered(source(), bound=2, limit=3)
    taken: list[object] = []
    until(lambda: take(supply, taken, 9))
    assert taken == [0, 1, 2]
    assert closed.wait(PATIENCE)


def test_news_come_with_the_first_message_after_none_and_with_the_end() -> None:
    go, news = Event(), Event()

    def source() -> Iterator[str]:
        go.wait()
        yield "late"

    supply = Buffered(source(), bound=5)
    supply.tell(news.set)
    assert supply.take(5) == []
    go.set()
    assert news.wait(PATIENCE)
    taken: list[object] = []
    until(lambda: take(supply, taken, 5))
    assert taken == ["late"]


def test_nobody_hears_of_news_after_the_session() -> None:
    go, heard = Event(), []

    def source() -> Iterator[str]:
        go.wait()
        yield "late"

    supply = Buffered(source(), bound=5)
    supply.tell(lambda: heard.append("news"))
    supply.tell(None)
    go.set()
    until(lambda: supply.at_hand)
    assert heard == []


def test_after_a_stop_what_was_read_is_still_given_and_nothing_more_is_read() -> None:
    seen: list[int] = []
    supply = Buffered(counted(seen), bound=3)
    until(lambda: supply.at_hand == 3)
    supply.stop()
    assert not supply.over
    assert supply.take(9) == [0, 1, 2]
    assert supply.over
    supply.close()
    assert len(seen) == 3


@pytest.mark.parametrize("error", [ValueError("bad row"), SystemExit("bad row")])
def test_a_source_that_raises_is_over_after_what_it_gave(error: BaseException) -> None:
    supply = Buffered(fails_after("a", error=error), bound=5)
    until(lambda: supply.failure)
    assert not supply.over
    assert supply.take(5) == ["a"]
    until(lambda: supply.over)
    assert str(supply.failure).startswith(f"{type(error).__name__}: bad row (")


def test_a_source_that_hangs_holds_the_end_up_no_longer_than_it_may() -> None:
    hang = Event()

    def source() -> Iterator[str]:
        hang.wait()
        yield "never"

    supply = Buffered(source(), bound=1)
    started = monotonic()
    supply.close()
    assert CLOSE_WITHIN <= monotonic() - started < PATIENCE
    hang.set()


def test_every_message_of_a_fast_source_comes_once_and_in_order() -> None:
    supply = Buffered(range(5_000), bound=50)
    taken: list[object] = []
    until(lambda: take(supply, taken, 30))
    assert taken == list(range(5_000))
