"""Changes in words, as every report has them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from chartproof.diff.change import Change
from chartproof.diff.fields import MISSING, FieldChange, cut, is_digest
from chartproof.diff.judge import Verdict
from chartproof.diff.level import Level
from chartproof.snapshot.difference import NEW, OLD, PATH, Line, difference


def names(verdict: Verdict) -> str:
    """Name the charts."""
    old, new = verdict.old, verdict.new
    name = "" if old.name == new.name else f"{new.name} "
    return f"{old.name} {old.version} -> {name}{new.version}"


def conclusion(verdict: Verdict) -> Iterator[str]:
    """Say how large the step is, whether it fails, and whether the version tells it."""
    counts = Counter(change.level for change in verdict.changes)
    steps = (Level.MAJOR, Level.MINOR, Level.PATCH)
    told = ", ".join(f"{counts[level]} {level}" for level in steps if counts[level])
    if not told and verdict.level is Level.PATCH:
        told = "nothing changes for a running release, and the archive is another one"
    yield f"verdict: {verdict.level}" + (f" ({told})" if told else "")
    if not verdict.cases:
        yield "no release was compared: the old chart takes none of the cases, give it --values"
    refused = [change for change in verdict.changes if change.is_refused]
    if refused:
        cases = dict.fromkeys(case for change in refused for case in change.cases)
        yield f"the upgrade fails in {', '.join(cases)}"
    yield version_line(verdict)


def version_line(verdict: Verdict) -> str:
    """Say whether the new version tells the step."""
    version = verdict.new.version
    if verdict.level is Level.NONE:
        return f"version {version}: nothing changes"
    if verdict.needed is None:
        return f"version {verdict.old.version}: not a version, so that nothing follows from it"
    if verdict.is_told_by_version:
        return f"version {version} tells it: it needs {verdict.needed} or newer"
    return f"version {version} does not tell it: it needs {verdict.needed} or newer"


def place(change: Change) -> str:
    """Name what a change is about."""
    return f"{change.subject} {change.field}".strip()


def where(change: Change, verdict: Verdict) -> str:
    """Name the cases of a change, where they are not all."""
    return ", ".join(change.cases) if 0 < len(change.cases) < len(verdict.cases) else ""


def short(field: FieldChange) -> str:
    """Write a difference in one line."""
    old, new = field.old, field.new
    if isinstance(old, str) and isinstance(new, str) and "\n" in old + new:
        lines = [line for line in difference(old, new) if line.mark in (OLD, NEW)]
        gone = sum(line.mark == OLD for line in lines)
        come = len(lines) - gone
        return f"{field.name}: {_counted(gone, 'go')}, {_counted(come, 'come')}"
    if isinstance(old, list) and isinstance(new, list):
        items = [cut(f"{line.mark}{line.text}") for line in _items(old, new)]
        return f"{field.name}: {', '.join(items)}"
    name = f"{field.name}: " if field.path else ""
    return f"{name}{_shortened(old)} -> {_shortened(new)}"


def lines(field: FieldChange) -> Iterator[str]:
    """Write a difference as lines of a diff, under its path."""
    yield f"@ {field.name}"
    old, new = field.old, field.new
    if isinstance(old, str) and isinstance(new, str) and "\n" in old + new:
        yield from (str(line) for line in difference(old, new) if line.mark != PATH)
        return
    if isinstance(old, list) and isinstance(new, list):
        yield from map(str, _items(old, new))
        return
    for mark, side in (("-", old), ("+", new)):
        if side is not MISSING:
            yield f"{mark} {_value(side)}"


def _items(old: list[Any], new: list[Any]) -> list[Line]:
    """Give the items that only one of two lists has, or has elsewhere."""
    before, after = ("\n".join(map(_value, side)) for side in (old, new))
    return [line for line in difference(before, after) if line.mark in (OLD, NEW)]


def _value(value: Any) -> str:
    if value is MISSING:
        return "nothing"
    return json.dumps(value, ensure_ascii=False)


def _counted(count: int, verb: str) -> str:
    one = {"go": "goes", "come": "comes"}
    return f"1 line {one[verb]}" if count == 1 else f"{count} lines {verb}"


def _shortened(value: Any) -> str:
    if is_digest(value):
        return f'"{value[:8]}..."'
    return cut(_value(value))
