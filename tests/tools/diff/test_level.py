"""How far apart versions are, and which one may follow."""

from __future__ import annotations

import pytest

from chartproof.diff.level import Level, needed_numbers, step
from chartproof.semver import Version

MAJOR, MINOR, PATCH, NONE = Level.MAJOR, Level.MINOR, Level.PATCH, Level.NONE


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [
        ("1.2.3", "1.2.3", NONE),
        ("1.2.3", "1.2.4", PATCH),
        ("1.2.3", "1.3.0", MINOR),
        ("1.2.3", "2.0.0", MAJOR),
        ("2.0.0", "1.2.3", MAJOR),
        ("v1.2", "1.2.0-rc.1", PATCH),
        ("17", "18", MAJOR),
        ("latest", "1.0.0", None),
        ("1.0.0", "1.0.0.1", None),
    ],
)
def test_the_step_between_two_versions(old: str, new: str, level: Level | None) -> None:
    assert step(old, new) is level


@pytest.mark.parametrize(
    ("old", "level", "needed"),
    [
        ("1.2.3", NONE, "1.2.3"),
        ("1.2.3", PATCH, "1.2.4"),
        ("1.2.3", MINOR, "1.3.0"),
        ("1.2.3", MAJOR, "2.0.0"),
        ("0.2.3", PATCH, "0.2.4"),
        ("0.2.3", MINOR, "0.2.4"),
        ("0.2.3", MAJOR, "0.3.0"),
    ],
)
def test_the_version_that_an_upgrade_needs(old: str, level: Level, needed: str) -> None:
    assert str(Version(needed_numbers(Version.parse(old), level))) == needed
