"""How large a step an upgrade is, and how large a step a version takes (semver.org, 2.0.0)."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

_VERSION = re.compile(
    r"v?(?P<major>\d+)(?:\.(?P<minor>\d+))?(?:\.(?P<patch>\d+))?"
    r"(?:-(?P<pre>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
)


class Level(IntEnum):
    """How much of a step something is; each is more than the one before."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Version(NamedTuple):
    """A version's three numbers; what it leaves out is 0."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return ".".join(map(str, self))


def read_version(text: str) -> Version | None:
    """Read a version with or without a `v` and its last numbers; None for what is none."""
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    return Version(*(int(found[part] or 0) for part in ("major", "minor", "patch")))


def step(old: str, new: str) -> Level | None:
    """Tell how far it is from one version to another, up or down; None where one is no version.

    What differs only behind the three numbers is a patch.
    """
    before, after = read_version(old), read_version(new)
    if before is None or after is None:
        return None
    for level, one, other in zip(
        (Level.MAJOR, Level.MINOR, Level.PATCH), before, after, strict=True
    ):
        if one != other:
            return level
    return Level.NONE if old == new else Level.PATCH


def needed_version(old: Version, level: Level) -> Version:
    """Return the lowest version that may follow `old` with an upgrade of this level.

    Below 1.0.0 the second number takes the place of the first, and the third that of the second.
    """
    if level is Level.NONE:
        return old
    if level is Level.MAJOR and old.major > 0:
        return Version(old.major + 1, 0, 0)
    if level is Level.MAJOR or (level is Level.MINOR and old.major > 0):
        return Version(old.major, old.minor + 1, 0)
    return Version(old.major, old.minor, old.patch + 1)
