"""A verdict for a terminal: a line a change, its differences below it."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from chartproof.diff.change import Change
from chartproof.diff.judge import Verdict
from chartproof.diff.level import Level
from chartproof.diff.written import conclusion, names, place, short, where

_STYLES = {Level.MAJOR: "bold red", Level.MINOR: "yellow", Level.PATCH: "cyan", Level.NONE: ""}
_LISTED = 12
"""Differences of one change that are listed."""


def print_verdict(verdict: Verdict, console: Console | None = None) -> None:
    """Print a verdict. Colours are for terminals alone; lines are never wrapped."""
    console = console or Console(soft_wrap=True)
    count = len(verdict.cases)
    cases = f"{count} case{'' if count == 1 else 's'}"
    listed = f": {', '.join(verdict.cases)}" if verdict.cases else ""
    console.print(Text(f"{names(verdict)}, {cases}{listed}"))
    for change in verdict.changes:
        console.print(_headline(change), highlight=False)
        for line in _details(change, verdict):
            console.print(Text(f"       {line}", "dim"), highlight=False)
    for left in verdict.left:
        console.print(Text(f"left   case {left.case}: the old chart does not take it"))
        first, *more = left.reason.splitlines()
        others = f", and {len(more)} more" if more else ""
        console.print(Text(f"       {first}{others}", "dim"))
    for line in conclusion(verdict):
        console.print(Text(line), highlight=False)


def _headline(change: Change) -> Text:
    step = (f"{change.level!s:5}  ", _STYLES[change.level])
    return Text.assemble(step, (place(change), "bold"), f": {change.message}")


def _details(change: Change, verdict: Verdict) -> list[str]:
    told = [short(field) for field in change.fields]
    more = len(told) - _LISTED
    listed = [*told[:_LISTED], f"and {more} more"] if more > 0 else told
    cases = where(change, verdict)
    return [*listed, *change.notes, *([f"in {cases}"] if cases else [])]
