"""The waits between attempts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.backoff import Backoff


def longest(_low: float, high: float) -> float:
    return high


def test_the_ceiling_doubles_from_the_base_up_to_the_cap() -> None:
    backoff = Backoff(base=0.5, cap=3.0, draw=longest)
    assert [backoff.delay() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_only_a_stable_session_starts_over() -> None:
    backoff = Backoff(base=1.0, stable=10.0, draw=longest)
    assert [backoff.delay(lasted) for lasted in (0, 9.9, 10.0, 0)] == [1.0, 2.0, 1.0, 2.0]


@given(lasted=st.lists(st.floats(0, 20), max_size=2000))
def test_every_wait_lies_between_nothing_and_the_cap(lasted: list[float]) -> None:
    backoff = Backoff()
    assert all(0 <= backoff.delay(seconds) <= backoff.cap for seconds in lasted)


@settings(max_examples=2000)
@given(
    lasted=st.lists(st.floats(0, 30), max_size=40),
    base=st.floats(0.01, 5),
    factor=st.floats(1, 100),
    stable=st.floats(0.1, 20),
)
def test_each_ceiling_is_what_the_failures_since_the_last_stable_session_make_it(
    lasted: list[float], base: float, factor: float, stable: float
) -> None:
    backoff = Backoff(base, base * factor, stable, draw=longest)
    failures = 0
    for seconds in lasted:
        failures = 0 if seconds >= stable else failures
        expected = min(base * factor, base * 2**failures)
        assert backoff.delay(seconds) == pytest.approx(expected)
        failures += 1


def test_two_workers_do_not_come_back_at_the_same_time() -> None:
    first, second = Backoff(), Backoff()
    assert [first.delay() for _ in range(5)] != [second.delay() for _ in range(5)]
