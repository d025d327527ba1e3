"""Handing messages to threads and taking what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Barrier, Event
from time import monotonic, sleep
from typing import Any, cast

import pytest

from workers.batch import Batching, BatchPool
from workers.message import Message
from workers.outcome import Delivery, Outcome, Result
from workers.pool import Pool, Threads
from workers.session import Session

SESSION = cast(Session, object())
PATIENCE = 10.0


def messages(count: int) -> list[Delivery]:
    return [(SESSION, tag, Message(b"%d" % tag)) for tag in range(1, count + 1)]


def all_of(pool: Threads[Any], count: int) -> list[Outcome]:
    """Collect so many outcomes, as the I/O thread does at its ticks."""
    outcomes: list[Outcome] = []
    until = monotonic() + PATIENCE
    while len(outcomes) < count:
        assert monotonic() < until, f"only {len(outcomes)} of {count} outcomes"
        outcomes += pool.collect()
        sleep(0.001)
    return outcomes


def handled(_message: Message) -> Result:
    return Result.HANDLED


def test_each_delivery_has_one_outcome_whoever_takes_it() -> None:
    pool = Pool([handled] * 8, lambda: None, enough=10)
    given = messages(3000)
    for at in range(0, len(given), 7):
        pool.put(given[at : at + 7])
    outcomes = all_of(pool, len(given))
    assert sorted(tag for (_, tag, _), _, _ in outcomes) == [tag for _, tag, _ in given]
    assert pool.in_hand == 0


def test_all_threads_work_at_the_same_time() -> None:
    together = Barrier(4)

    def judge(_message: Message) -> Result:
        together.wait(PATIENCE)
        return Result.HANDLED

    pool = Pool([judge] * 4, lambda: None)
    pool.put(messages(4))
    assert len(all_of(pool, 4)) == 4


def test_a_thread_that_has_nothing_left_says_so_once_for_all_of_its_outcomes() -> None:
    said: list[float] = []
    pool = Pool([handled], lambda: said.append(monotonic()), enough=1000)
    sleep(0.05)  # it sleeps by now
    pool.put(messages(100))
    until = monotonic() + PATIENCE
    while not said and monotonic() < until:
        sleep(0.001)
    sleep(0.05)
    assert len(said) == 1
    assert len(pool.collect()) == 100


def test_enough_outcomes_are_told_of_while_the_thread_still_works() -> None:
    told, go_on = Event(), Event()

    def judge(message: Message) -> Result:
        if message.body == b"6":
            go_on.wait(PATIENCE)
        return Result.HANDLED

    pool = Pool([judge], told.set, enough=5)
    pool.put(messages(10))
    assert told.wait(PATIENCE)
    assert len(pool.collect()) == 5
    go_on.set()
    assert len(all_of(pool, 5)) == 5


def test_what_no_handler_has_begun_can_be_taken_back() -> None:
    begun, go_on = Event(), Event()

    def judge(_message: Message) -> Result:
        begun.set()
        go_on.wait(PATIENCE)
        return Result.HANDLED

    pool = Pool([judge], lambda: None)
    pool.put(messages(5))
    assert begun.wait(PATIENCE)
    assert [tag for _, tag, _ in pool.take_back()] == [2, 3, 4, 5]
    assert pool.in_hand == 1
    go_on.set()
    assert [tag for (_, tag, _), _, _ in all_of(pool, 1)] == [1]
    assert pool.in_hand == 0


def test_no_message_waits_for_the_next_one_to_come() -> None:
    """A bell that is not rung would show here: each message comes as its thread falls asleep."""
    pool = Pool([handled] * 2, lambda: None)
    for delivery in messages(2000):
        pool.put([delivery])
        all_of(pool, 1) if delivery[1] % 50 == 0 else None
    all_of(pool, pool.in_hand)
    assert pool.in_hand == 0


@pytest.fixture
def sizes() -> list[int]:
    return []


def noting(sizes: list[int]) -> Callable[[list[Message]], list[Result]]:
    def judge(batch: list[Message]) -> list[Result]:
        sizes.append(len(batch))
        return [Result.HANDLED] * len(batch)

    return judge


def test_a_batch_takes_as_many_as_there_are_up_to_its_size(sizes: list[int]) -> None:
    pool = BatchPool([noting(sizes)], Batching(40, 0.01), lambda: None)
    pool.put(messages(100))
    outcomes = all_of(pool, 100)
    assert sizes == [40, 40, 20]
    assert [tag for (_, tag, _), _, _ in outcomes] == list(range(1, 101))


def test_a_batch_waits_for_more_until_its_time_is_over(sizes: list[int]) -> None:
    pool = BatchPool([noting(sizes)], Batching(10, 0.3), lambda: None)
    started = monotonic()
    first, second, third = messages(3)
    pool.put([first])
    sleep(0.05)
    pool.put([second])
    sleep(0.05)
    pool.put([third])
    all_of(pool, 3)
    assert sizes == [3]
    assert 0.25 < monotonic() - started < 2


def test_a_full_batch_does_not_wait(sizes: list[int]) -> None:
    pool = BatchPool([noting(sizes)], Batching(3, 60), lambda: None)
    pool.put(messages(2))
    sleep(0.05)
    pool.put(messages(1))
    all_of(pool, 3)
    assert sizes == [3]


@pytest.fixture(autouse=True)
def no_thread_raises(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    raised: list[object] = []
    monkeypatch.setattr("threading.excepthook", raised.append)
    yield
    assert not raised
