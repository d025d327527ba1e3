"""Versions are ordered as SemVer says."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chartproof.errors import InputError
from chartproof.semver import Version

# The order that semver.org gives in clause 11, and more around it.
IN_ORDER = (
    "0.9.9",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.2.0",
    "1.10.0",
    "2.0.0",
)


@pytest.mark.parametrize(("one", "next_one"), list(pairwise(IN_ORDER)))
def test_one_comes_before_the_next(one: str, next_one: str) -> None:
    assert Version.parse(one) < Version.parse(next_one)
    assert not Version.parse(next_one) < Version.parse(one)


def test_what_follows_a_plus_does_not_order() -> None:
    assert Version.parse("1.0.0+one") == Version.parse("1.0.0+two")
    assert str(Version.parse("1.0.0+one")) == "1.0.0+one"


@pytest.mark.parametrize("text", ["1.2", "v1.2.3", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3 ", ""])
def test_what_is_no_version_is_told(text: str) -> None:
    with pytest.raises(InputError, match=r"expected MAJOR\.MINOR\.PATCH"):
        Version.parse(text)


def test_what_helm_takes_for_a_version_is_read() -> None:
    assert Version.read("v1") == Version((1, 0, 0))
    assert str(Version.read("1.2-rc.1+build")) == "1.2.0-rc.1+build"
    assert Version.read("01.2.3") == Version((1, 2, 3))
    for text in ("", "1.2.3-", "1.2.3.4", "latest"):
        assert Version.read(text) is None
