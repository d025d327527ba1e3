"""The rate of a producer, on a clock that the tests turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.pace import MAX_LAG, Pace


def send_all_due(pace: Pace, now: float) -> int:
    sent = 0
    while not pace.wait(now):
        pace.spend(now)
        sent += 1
    return sent


def test_no_rate_never_waits() -> None:
    pace = Pace(0, now=0)
    pace.spend(0)
    assert pace.wait(0) == 0


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
