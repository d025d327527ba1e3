"""Quantities are compared by what they come to."""

from __future__ import annotations

import pytest

from chartproof.diff.quantity import quantity


@pytest.mark.parametrize(
    ("one", "other"),
    [("1Gi", "1024Mi"), ("1", 1), ("0.5", "500m"), ("1k", "1e3"), ("2E", "2e18"), ("5e-1", ".5")],
)
def test_two_ways_of_writing_one_quantity(one: object, other: object) -> None:
    assert quantity(one) == quantity(other) is not None


@pytest.mark.parametrize("text", ["", "Gi", "1GB", "1.2.3", None, "ten"])
def test_what_is_no_quantity(text: object) -> None:
    assert quantity(text) is None
