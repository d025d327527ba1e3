"""A text is like two renders that differ where they do, and nowhere else."""

from __future__ import annotations

import pytest

from chartproof.experiments.likeness import is_like

LONG, OTHER = "MIIB" * 16, "+8/x" * 16


def secret(*body: str, after: str = "tls: yes") -> list[str]:
    """Write a Secret with a certificate of some lines."""
    return ["kind: Secret", "crt: |", "  -----BEGIN KEY-----", *body, "  -----END KEY-----", after]


ONCE = secret(f"  {LONG}", f"  {LONG}", "  " + "B" * 22 + "==")
AGAIN = secret(f"  {OTHER}", f"  {OTHER}", "  CQ==")


def test_certificates_that_have_a_line_in_common_are_random_as_a_whole() -> None:
    again = secret("  " + "A" * 64, f"  {LONG}", f"  {OTHER}")
    assert is_like(ONCE, again, secret(*["  " + "E" * 64] * 4))


@pytest.mark.parametrize(
    "body",
    [[f"  {LONG}", f"  {OTHER}"], [f"  {OTHER}"] * 4, [f"  {LONG}", "  " + "D" * 30 + "="]],
)
def test_a_certificate_may_have_more_lines_and_fewer(body: list[str]) -> None:
    assert is_like(ONCE, AGAIN, secret(*body))


@pytest.mark.parametrize(
    "other",
    [
        secret(f"  {LONG}", f"  {OTHER}", after="tls: no"),
        [*secret(f"  {LONG}", f"  {OTHER}"), "more: here"],
        ["first: here", *secret(f"  {LONG}", f"  {OTHER}")],
        secret(f"  {LONG}", f"  {OTHER}")[:-1],
        [],
    ],
)
def test_no_line_beside_a_certificate_may_be_another_one(other: list[str]) -> None:
    assert not is_like(ONCE, AGAIN, other)


def test_a_random_line_stays_one_line() -> None:
    once, again = ["a: 1", "b: 2", "c: 3"], ["a: 8", "b: 9", "c: 3"]
    assert is_like(once, again, ["a: 5", "b: 6", "c: 3"])
    assert not is_like(once, again, ["a: 5", "new: 7", "b: 6", "c: 3"])
    assert not is_like(once, again, ["a: 5", "c: 3"])


def test_lines_of_which_one_render_has_more_may_be_any_number() -> None:
    once, again = ["list:", "- a", "end"], ["list:", "- b", "- c", "end"]
    assert is_like(once, again, ["list:", "end"])
    assert is_like(once, again, ["list:", "- d", "- e", "- f", "end"])
    assert not is_like(once, again, ["list:", "- d", "finish"])


def test_a_random_line_may_not_be_missing_or_be_two() -> None:
    once, again = ["a: 1", "end"], ["a: 2", "end"]
    assert not is_like(once, again, ["end"])
    assert not is_like(once, again, ["a: 3", "b: 4", "end"])


def test_a_line_with_marks_of_an_expression_is_taken_as_it_is() -> None:
    once, again = ["a: x.*", "b: 1"], ["a: x.*", "b: 2"]
    assert is_like(once, again, ["a: x.*", "b: 3"])
    assert not is_like(once, again, ["a: xyz", "b: 3"])
