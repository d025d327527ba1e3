"""Cases that wait for their render are asked about together, and each gets its own answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chartproof.cases import Case
from chartproof.snapshot.waiting import Waiting

Values = Mapping[str, Any]


def accepts_all(asked: list[int]) -> Callable[[Sequence[Values]], list[bool]]:
    """Make a check that accepts everything, and notes down of how many it was asked at once."""

    def accepted(many: Sequence[Values]) -> list[bool]:
        asked.append(len(many))
        return [True] * len(many)

    return accepted


def test_all_cases_that_wait_are_asked_about_with_the_first_of_them() -> None:
    waiting, asked = Waiting(), list[int]()
    check = accepts_all(asked)
    cases = [Case(str(number)) for number in range(5)]
    for case in cases[:3]:
        waiting.add(case)
    assert [waiting.is_accepted(case, check) for case in cases[:2]] == [True, True]
    for case in cases[3:]:
        waiting.add(case)
    assert [waiting.is_accepted(case, check) for case in cases[2:]] == [True, True, True]
    assert asked == [3, 2]


def test_a_case_that_is_to_fail_or_cannot_be_read_spoils_no_other(tmp_path: Path) -> None:
    waiting, asked = Waiting(), list[int]()
    check = accepts_all(asked)
    sound, failing = Case("sound"), Case("failing", expected_failure="too small")
    unread = Case("unread", files=(tmp_path / "none.yaml",))
    for case in (sound, failing, unread):
        waiting.add(case)
    assert [waiting.is_accepted(case, check) for case in (failing, unread, sound)] == [
        False,
        False,
        True,
    ]
    assert asked == [1]


def test_a_case_is_accepted_as_its_own_values_are() -> None:
    waiting = Waiting()
    cases = [Case(name, sets=(f"size={name}",)) for name in ("1", "2", "3")]
    for case in cases:
        waiting.add(case)

    def odd(many: Sequence[Values]) -> list[bool]:
        return [values["size"] % 2 == 1 for values in many]

    assert [waiting.is_accepted(case, odd) for case in reversed(cases)] == [True, False, True]


def test_a_case_that_nobody_has_asked_for_is_not_accepted() -> None:
    assert not Waiting().is_accepted(Case("unknown"), accepts_all([]))
