"""Versions as Semantic Versioning 2.0.0 (semver.org) has them, which Helm wants of charts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from chartproof.errors import InputError

# The expression that semver.org suggests.
_NUMBER = r"0|[1-9]\d*"
_PART = rf"(?:{_NUMBER}|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_TAIL = rf"(?:-(?P<pre>{_PART}(?:\.{_PART})*))?(?:\+(?P<build>[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?"
_STRICT = re.compile(rf"(?P<core>(?:{_NUMBER})\.(?:{_NUMBER})\.(?:{_NUMBER})){_TAIL}")
_LENIENT = re.compile(rf"v?(?P<core>\d+(?:\.\d+){{0,2}}){_TAIL}")

Numbers = tuple[int, int, int]
"""Major, minor, patch."""


@total_ordering
@dataclass(frozen=True, eq=False)
class Version:
    """A version, ordered by its precedence (clause 11): what follows a plus does not count."""

    numbers: Numbers
    prerelease: tuple[str, ...] = ()
    build: str = ""

    @classmethod
    def parse(cls, text: str, what: str = "version") -> Version:
        """Read a version by the letter. Raises InputError that names what it is the version of."""
        found = _STRICT.fullmatch(text)
        if not found:
            raise InputError(f"{what} {text!r}: expected MAJOR.MINOR.PATCH as SemVer has it, 1.2.3")
        return cls._of(found)

    @classmethod
    def read(cls, text: str) -> Version | None:
        """Read a version as Helm does, also `v1` or `1.2`, or return None for what is none."""
        found = _LENIENT.fullmatch(text)
        return cls._of(found) if found else None

    @classmethod
    def _of(cls, found: re.Match[str]) -> Version:
        major, minor, patch = [*map(int, found["core"].split(".")), 0, 0][:3]
        pre = tuple(found["pre"].split(".")) if found["pre"] else ()
        return cls((major, minor, patch), pre, found["build"] or "")

    @property
    def is_prerelease(self) -> bool:
        """It comes before the version of its numbers."""
        return bool(self.prerelease)

    def __str__(self) -> str:
        """Write it with all its three numbers."""
        core = ".".join(map(str, self.numbers))
        pre = f"-{'.'.join(self.prerelease)}" if self.prerelease else ""
        return f"{core}{pre}{f'+{self.build}' if self.build else ''}"

    def __eq__(self, other: object) -> bool:
        """Compare precedence."""
        return isinstance(other, Version) and self._order() == other._order()

    def __hash__(self) -> int:
        """Hash what is compared."""
        return hash(self._order())

    def __lt__(self, other: Version) -> bool:
        """Compare precedence."""
        return self._order() < other._order()

    def _order(self) -> tuple[Numbers, bool, tuple[tuple[bool, int, str], ...]]:
        parts = tuple(
            (not part.isdigit(), int(part) if part.isdigit() else 0, part)
            for part in self.prerelease
        )
        return self.numbers, not self.prerelease, parts
