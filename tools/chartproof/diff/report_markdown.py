"""A verdict as a comment for a pull request: the same text for the same charts.

The first line is a comment by which a later run finds the comment that it replaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from chartproof.diff.change import Change
from chartproof.diff.judge import Verdict
from chartproof.diff.level import Level
from chartproof.diff.written import conclusion, lines, names, place, where

_LONGEST = 60_000
"""Characters; GitHub takes 65,536 in a comment."""
_ARROW = r"-\>"
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def markdown_of(verdict: Verdict) -> str:
    """Write a verdict. Differences for which there is no room are left out, which is told."""
    told = [change for change in verdict.changes if change.level > Level.PATCH]
    patches = [change for change in verdict.changes if change.level <= Level.PATCH]
    text = [
        f"<!-- chartproof diff {verdict.new.name} -->",
        f"### {_escaped(names(verdict)).replace(_ARROW, '→')}: {verdict.level}",
        "",
        *(f"- {_escaped(line)}" for line in conclusion(verdict)),
        "",
        *_table(told, verdict),
        *_folded(f"{len(patches)} patch", _table(patches, verdict), when=bool(patches)),
        *_left(verdict),
    ]
    body = "\n".join(text)
    for change in verdict.changes:
        block = "\n".join(_differences(change))
        if block and len(body) + len(block) > _LONGEST:
            return f"{body}\nMore differences than a comment has room for are left out.\n"
        body += f"\n{block}" if block else ""
    return f"{body}\n"


def _table(changes: Sequence[Change], verdict: Verdict) -> list[str]:
    if not changes:
        return []
    rows = [
        f"| {change.level} | {_code(place(change))} | {_escaped(change.message)} |"
        f" {_escaped(where(change, verdict) or 'all')} |"
        for change in changes
    ]
    return ["| step | what | change | cases |", "|---|---|---|---|", *rows, ""]


def _left(verdict: Verdict) -> Iterator[str]:
    for left in verdict.left:
        reason = " ".join(left.reason.split())
        yield f"Left out: {_code(left.case)}, which the old chart does not take: {_escaped(reason)}"
        yield ""


def _differences(change: Change) -> Iterator[str]:
    if not (change.fields or change.notes):
        return
    shown = [line for field in change.fields for line in lines(field)]
    shown += [f"  {note}" for note in change.notes]
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    title = f"{place(change)}: {change.message}"
    yield from _folded(title, [f"{fence}diff", *shown, fence])


def _folded(title: str, inside: Sequence[str], *, when: bool = True) -> Iterator[str]:
    if when:
        summary = escape(" ".join(title.split()), quote=False)
        content = "\n".join(inside).strip("\n")
        yield from (f"<details><summary>{summary}</summary>", "", content, "", "</details>", "")


def _code(text: str) -> str:
    """Write a text as code in a cell; what would end either is another character."""
    return f"`{text.replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))
