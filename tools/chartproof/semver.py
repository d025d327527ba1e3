"""Versions as SemVer 2.0.0 has them, which Helm demands of charts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from chartproof.errors import InputError

# The expression that semver.org suggests.
_NUMBER = r"0|[1-9]\d*"
_PART = rf"(?:{_NUMBER}|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_VERSION = re.compile(
    rf"(?P<major>{_NUMBER})\.(?P<minor>{_NUMBER})\.(?P<patch>{_NUMBER})"
    rf"(?:-(?P<pre>{_PART}(?:\.{_PART})*))?(?:\+(?P<build>[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?"
)


@total_ordering
@dataclass(frozen=True)
class Version:
    """A version; what follows a plus is kept in `text`, and left out of comparisons."""

    numbers: tuple[int, int, int]
    prerelease: tuple[str, ...]
    text: str

    @classmethod
    def parse(cls, text: str, what: str = "version") -> Version:
        """Read a version. Raises InputError that names what it is the version of."""
        found = _VERSION.fullmatch(text)
        if not found:
            raise InputError(f"{what} {text!r}: expected MAJOR.MINOR.PATCH as SemVer has it, 1.2.3")
        numbers = (int(found["major"]), int(found["minor"]), int(found["patch"]))
        return cls(numbers, tuple(found["pre"].split(".")) if found["pre"] else (), text)

    def __str__(self) -> str:
        """Write it as it was read."""
        return self.text

    def __eq__(self, other: object) -> bool:
        """Compare precedence."""
        return isinstance(other, Version) and self._order() == other._order()

    def __hash__(self) -> int:
        """Hash what is compared."""
        return hash(self._order())

    def __lt__(self, other: Version) -> bool:
        """Order by precedence, SemVer 2.0.0 clause 11."""
        return self._order() < other._order()

    def _order(self) -> tuple[tuple[int, int, int], bool, tuple[tuple[bool, int, str], ...]]:
        parts = tuple(
            (not part.isdigit(), int(part) if part.isdigit() else 0, part)
            for part in self.prerelease
        )
        return self.numbers, not self.prerelease, parts
