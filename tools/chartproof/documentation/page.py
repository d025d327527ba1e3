"""A page of Markdown with marks between which tables of values stand.

`<!-- chartproof:values -->` begins a table and `<!-- chartproof:end -->` ends it. With paths,
`<!-- chartproof:values image service.port -->`, it is about what is at and below them; without, it
is about all that no other table of the page shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chartproof.documentation.markdown import tables
from chartproof.documentation.read import Read
from chartproof.documentation.value import Value, plain, written
from chartproof.errors import InputError, nearest

BEGIN, END = "<!-- chartproof:values -->", "<!-- chartproof:end -->"

_MARK = re.compile(r"^\s*<!--\s*chartproof:(?P<word>\S+)(?P<paths>[^>]*?)\s*-->\s*$")
_HEADING = re.compile(r"^(?P<level>#{1,6})\s")
_VALUES_HEADING = re.compile(r"^#+\s+(?:values|parameters|configuration)\s*#*\s*$", re.IGNORECASE)
_FENCE = re.compile(r"^\s{0,3}(?P<fence>`{3,}|~{3,})")
_DEEPEST = 6


@dataclass(frozen=True)
class _Slot:
    """The lines between two marks, from 0: `begin` is the first mark's, `end` the second's."""

    begin: int
    end: int
    paths: tuple[str, ...]
    level: int
    """Of the headings that may stand there."""


def filled(page: str, file: Path, read: Read) -> str:
    """Return the page with its tables made anew. Raises InputError for marks that make no sense."""
    lines = _lines(page)
    slots = list(_slots(lines, file))
    chosen = [_chosen(slot, read.values, file) for slot in slots]
    named = {id(value) for slot, values in zip(slots, chosen, strict=True) for value in values}
    rest = [value for value in read.values if id(value) not in named]
    parts, end = list[str](), 0
    for slot, values in zip(slots, chosen, strict=True):
        shown = values if slot.paths else rest
        body = ["", tables(shown, read.intros, slot.level), ""] if shown else []
        parts += [*lines[end : slot.begin + 1], *body, lines[slot.end]]
        end = slot.end + 1
    text = "\n".join([*parts, *lines[end:]]) + "\n"
    return text.replace("\n", "\r\n") if "\r\n" in page else text


def has_tables(page: str) -> bool:
    """Tell whether a page has marks for tables of values."""
    return any(map(_MARK.match, _lines(page)))


def left_out(page: str, file: Path, read: Read) -> list[Value]:
    """Return the values that the page shows nowhere."""
    slots = list(_slots(_lines(page), file))
    if any(not slot.paths for slot in slots):
        return []
    named = {id(value) for slot in slots for value in _chosen(slot, read.values, file)}
    return [value for value in read.values if id(value) not in named]


def with_marks(page: str, file: Path, head: str) -> str:
    """Return the page with marks at its end if it has none; an empty one begins with `head`.

    Raises InputError where it has a table already that another tool may have made.
    """
    lines = _lines(page)
    if any(_slots(lines, file)):
        return page
    for number, line in _outside_of_code(lines):
        if _VALUES_HEADING.match(line):
            raise InputError(
                f"{file}:{number + 1}: found {line.strip()!r}, but not where the table is to stand;"
                f" put {BEGIN} above the place and {END} below it"
            )
    return f"{page.rstrip() or head}\n\n## Values\n\n{BEGIN}\n{END}\n"


def _lines(page: str) -> list[str]:
    """Split a page where Markdown does, which is not wherever Python would."""
    return page.replace("\r\n", "\n").removesuffix("\n").split("\n")


def _slots(lines: Sequence[str], file: Path) -> Iterator[_Slot]:
    opened: tuple[int, tuple[str, ...], int] | None = None
    level = 1
    for number, line in _outside_of_code(lines):
        if opened is None and (heading := _HEADING.match(line)):
            level = len(heading["level"])
        mark = _MARK.match(line)
        if mark is None:
            continue
        here = f"{file}:{number + 1}"
        if mark["word"] == "values" and opened is None:
            opened = number, tuple(mark["paths"].replace(",", " ").split()), level + 1
        elif mark["word"] == "end" and opened is not None:
            begin, paths, inner = opened
            yield _Slot(begin, number, paths, min(inner, _DEEPEST))
            opened = None
        elif mark["word"] in ("values", "end"):
            expected = END if opened else BEGIN
            raise InputError(f"{here}: found {line.strip()}, expected {expected} before it")
        else:
            raise InputError(f"{here}: found {line.strip()}, expected {BEGIN} or {END}")
    if opened is not None:
        raise InputError(f"{file}:{opened[0] + 1}: this table has no end, expected {END} below it")


def _outside_of_code(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Give the lines, numbered from 0, that are in no fenced block of code."""
    fence = ""
    for number, line in enumerate(lines):
        found = _FENCE.match(line)
        if found and not fence:
            fence = found["fence"]
        elif found and found["fence"].startswith(fence):
            fence = ""
        elif not fence:
            yield number, line


def _chosen(slot: _Slot, values: Sequence[Value], file: Path) -> list[Value]:
    """Return the values that a slot names. Raises InputError for a path that there is not."""
    if not slot.paths:
        return []
    roots = {name for value in values for name in _names(value)}
    for path in slot.paths:
        if path not in roots:
            near = nearest(path, roots)
            hint = f"; did you mean {near}?" if near else ""
            raise InputError(f"{file}:{slot.begin + 1}: there is no value {path}{hint}")
    return [value for value in values if not set(slot.paths).isdisjoint(_names(value))]


def _names(value: Value) -> Iterator[str]:
    """Give the names of a value and of what it is in."""
    for length in range(1, len(value.path) + 1):
        yield written(value.path[:length])
        yield plain(value.path[:length])
