"""Chart versions in Helm's order: that of Semantic Versioning 2, read leniently."""

from __future__ import annotations

import re
from functools import total_ordering

_VERSION = re.compile(
    r"v?(?P<core>\d+(?:\.\d+){0,2})(?:-(?P<pre>[0-9A-Za-z.-]+))?(?:\+(?P<build>[0-9A-Za-z.-]+))?"
)
_Part = tuple[int, int, str]


@total_ordering
class Version:
    """A version that can be sorted; what is none sorts before all that are.

    Build metadata decides last, by its text, so that equal precedence still gives one order.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        found = _VERSION.fullmatch(text)
        self.is_prerelease = bool(found and found["pre"])
        self._key: tuple[object, ...] = (False, text)
        if found:
            numbers = [int(number) for number in found["core"].split(".")]
            core = (*numbers, *[0] * (3 - len(numbers)))
            pre = tuple(_part(part) for part in (found["pre"] or "").split(".") if part)
            self._key = (True, core, not pre, pre, found["build"] or "", text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key == other._key

    def __lt__(self, other: Version) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _part(part: str) -> _Part:
    """Order one part of a pre-release: numbers before words, each in their own order."""
    return (0, int(part), "") if part.isdecimal() else (1, 0, part)
