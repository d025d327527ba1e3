"""How large a step an upgrade is, and how large a step a version takes (semver.org, 2.0.0)."""

from __future__ import annotations

from enum import IntEnum

from chartproof.semver import Numbers, Version


class Level(IntEnum):
    """How much of a step something is; each is more than the one before."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


def step(old: str, new: str) -> Level | None:
    """Tell how far it is from one version to another, up or down; None where one is no version.

    What differs only behind the three numbers is a patch.
    """
    before, after = Version.read(old), Version.read(new)
    if before is None or after is None:
        return None
    for level, one, other in zip(
        (Level.MAJOR, Level.MINOR, Level.PATCH), before.numbers, after.numbers, strict=True
    ):
        if one != other:
            return level
    return Level.NONE if old == new else Level.PATCH


def needed_numbers(old: Version, level: Level) -> Numbers:
    """Return the lowest numbers that may follow `old` with an upgrade of this level.

    Below 1.0.0 the second number takes the place of the first, and the third that of the second.
    """
    major, minor, patch = old.numbers
    if level is Level.NONE:
        return old.numbers
    if level is Level.MAJOR and major > 0:
        return major + 1, 0, 0
    if level is Level.MAJOR or (level is Level.MINOR and major > 0):
        return major, minor + 1, 0
    return major, minor, patch + 1
