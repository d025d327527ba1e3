"""The books of a proof: exact for any order, overlap and gap of what the workers log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartproof.cluster.ledger import Ledger, Result
from chartproof.cluster.proof import verdict
from chartproof.cluster.ranges import Ranges

RANGE = st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda at: (at[0], at[0] + at[1]))
RANGES = st.lists(RANGE, max_size=20)


def numbers(ranges: Iterable[tuple[int, int]]) -> list[int]:
    """List the numbers of ranges, one by one."""
    return [number for first, last in ranges for number in range(first, last + 1)]


@given(RANGES)
def test_ranges_hold_the_numbers_that_were_added_in_any_order(added: list[tuple[int, int]]) -> None:
    ranges = Ranges(added)
    assert numbers(ranges) == sorted(set(numbers(added)))
    assert len(ranges) == len(set(numbers(added)))


@given(RANGES)
def test_ranges_stay_as_few_as_they_can_be(added: list[tuple[int, int]]) -> None:
    ranges = list(Ranges(added))
    assert all(left[1] + 1 < right[0] for left, right in pairwise(ranges))


@given(RANGES, RANGE)
def test_add_returns_what_was_there_already(
    before: list[tuple[int, int]], added: tuple[int, int]
) -> None:
    assert numbers(Ranges(before).add(*added)) == sorted(
        set(numbers(before)) & set(numbers([added]))
    )


@given(RANGES, RANGE)
def test_missing_is_what_is_not_there(held: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    assert numbers(Ranges(held).missing(*asked)) == sorted(
        set(numbers([asked])) - set(numbers(held))
    )


@given(st.integers(1, 40), RANGES, RANGES)
def test_the_books_balance_as_a_count_of_single_messages_would(
    through: int, some: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    ledger = Ledger()
    for first, last in some:
        ledger.handled("producer", first, last)
    ledger.confirmed("producer", through)
    for first, last in others:
        ledger.handled("producer", first, last)

    result = ledger.result(ledger.through())

    handled = [number for number in numbers(some + others) if number <= through]
    lost = sorted(set(range(1, through + 1)) - set(handled))
    assert result.confirmed == through
    assert result.handled == len(set(handled))
    assert result.duplicates == len(handled) - len(set(handled))
    assert numbers(result.lost_ids.get("producer", ())) == lost
    assert result.lost == len(lost)


def read(ledger: Ledger, *, whole: bool = True, **entry: object) -> None:
    """Let a ledger read an audit line as a worker writes it."""
    ledger.read(json.dumps(entry), whole=whole)


def test_audit_lines_of_both_roles_are_read() -> None:
    ledger = Ledger()
    read(ledger, event="confirmed", instance="5f0c", through=4)
    read(ledger, event="handled", ranges={"5f0c": [[1, 2], [4, 4]]}, redelivered=0)
    result = ledger.result(ledger.through())
    assert (result.confirmed, result.handled, result.lost_ids) == (4, 3, {"5f0c": ((3, 3),)})


@pytest.mark.parametrize(
    "line", ["Hello World 1!", '{"event": "started"}', '"event"', '["event"]', '{"event": ']
)
def test_lines_that_are_no_audit_are_passed_over(line: str) -> None:
    ledger = Ledger()
    ledger.read(line, whole=True)
    assert ledger.result(ledger.through()) == Result(0, 0, 0)


def test_what_was_confirmed_before_anyone_looked_is_left_out() -> None:
    ledger = Ledger()
    read(ledger, event="confirmed", instance="old", through=1000, whole=False)
    read(ledger, event="confirmed", instance="old", through=1010, whole=False)
    read(ledger, event="handled", ranges={"old": [[990, 1009]]})
    result = ledger.result(ledger.through())
    assert (result.confirmed, result.handled, result.lost_ids) == (10, 9, {"old": ((1010, 1010),)})


def test_what_is_confirmed_after_the_end_is_left_out() -> None:
    ledger = Ledger()
    ledger.confirmed("a", 5)
    end = ledger.through()
    ledger.confirmed("a", 9)
    ledger.handled("a", 1, 5)
    assert ledger.result(end) == Result(confirmed=5, handled=5, duplicates=0)


def test_a_producer_that_is_gone_still_counts() -> None:
    ledger = Ledger()
    ledger.confirmed("gone", 3)
    ledger.handled("gone", 1, 3)
    ledger.confirmed("new", 2)
    ledger.handled("new", 1, 2)
    assert ledger.result(ledger.through()).confirmed == 5


def test_lost_messages_are_named_by_producer_and_sequence() -> None:
    result = Result(9, 6, 0, {"5f0c": ((3, 3), (7, 8))})
    assert result.lost_lines() == ["5f0c-3", "5f0c-7 to -8"]
    assert not result.proven
    assert verdict(result) == "3 of 9 confirmed messages were never handled"


def test_what_a_cut_log_may_hold_is_not_called_lost() -> None:
    result = Result(9, 6, 0, {"5f0c": ((3, 3), (7, 8))}, cut=("c-0/consumer", "c-1/consumer"))
    assert not result.proven
    assert verdict(result) == (
        "not proven: 3 of 9 confirmed messages may stand in logs that were cut: "
        "c-0/consumer, c-1/consumer"
    )


def test_a_cut_log_is_no_matter_where_nothing_is_missing() -> None:
    result = Result(9, 9, 0, cut=("c-0/consumer",))
    assert verdict(result) == "proven: lost 0 of 9 confirmed messages"


def test_many_lost_messages_do_not_flood_the_screen() -> None:
    result = Result(100, 50, 0, {"a": tuple((odd, odd) for odd in range(1, 100, 2))})
    assert len(result.lost_lines()) == 21
    assert result.lost_lines()[-1] == "and 30 more runs"


def test_nothing_confirmed_is_no_proof() -> None:
    assert not Result(0, 0, 0).proven
    assert verdict(Result(0, 0, 0)).startswith("nothing proven")


def test_all_handled_is_a_proof_though_some_came_twice() -> None:
    result = Result(confirmed=1234, handled=1234, duplicates=2)
    assert result.proven
    assert verdict(result) == "proven: lost 0 of 1,234 confirmed messages"
