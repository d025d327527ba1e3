"""The rate of a producer, on a clock that the tests turn."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.pace import MAX_LAG, Pace


def send_all_due(pace: Pace, now: float) -> int:
    count = int(pace.due(now))
    pace.spend(count, now)
    return count


def test_no_rate_never_waits() -> None:
    pace = Pace(0, now=0)
    pace.spend(1000, 0)
    assert pace.wait(0) == 0
    assert pace.due(0) == inf


def test_the_first_message_is_due_at_once_and_the_next_one_an_interval_later() -> None:
    pace = Pace(4, now=10)
    assert send_all_due(pace, 10) == 1
    assert pace.wait(10) == pytest.approx(0.25)


@given(
    rate=st.floats(0.1, 1000),
    steps=st.lists(st.floats(0.001, MAX_LAG / 2), min_size=1, max_size=100),
)
def test_late_timers_do_not_add_up(rate: float, steps: list[float]) -> None:
    pace, now, sent = Pace(rate, now=0), 0.0, 0
    for step in steps:
        now += step
        sent += send_all_due(pace, now)
    assert sent == pytest.approx(now * rate + 1, abs=1.01)


def test_an_hour_of_standstill_is_not_made_up_for_in_a_burst() -> None:
    pace = Pace(100, now=0)
    assert send_all_due(pace, 3600) <= 100 * MAX_LAG + 1


def test_a_late_timer_sends_what_it_missed_in_one_batch() -> None:
    pace = Pace(20_000, now=0)
    assert send_all_due(pace, 0.0) == 1
    assert send_all_due(pace, 0.001) == pytest.approx(20, abs=1)


@given(rate=st.floats(0.1, 100_000), now=st.floats(0, 100))
def test_a_message_is_due_exactly_when_there_is_no_wait(rate: float, now: float) -> None:
    pace = Pace(rate, now=0)
    for _ in range(3):
        assert (pace.due(now) > 0) == (pace.wait(now) == 0)
        send_all_due(pace, now)


def test_what_the_rate_asks_for_goes_on_while_nothing_is_sent() -> None:
    pace = Pace(100, now=5)
    assert [pace.asked(now) for now in (5, 5.5, 65)] == [1, 51, 6001]
    assert Pace(0, now=5).asked(65) == 0
