"""The branches of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chartproof.coverage.actions import Action, actions

_OPENING = ("if", "with", "range", "define", "block")
_FURTHER = ("else", "else if", "else with")
_LEFT_OUT = {"if": "never false", "with": "never empty", "range": "never empty"}
_LISTED = re.compile(r"(?:^|:=\s*)(?:list|tuple) [^|]*$")
"""A `range` over what it lists itself, which cannot be empty."""
_MISSED = {
    "define": "never included",
    "block": "never included",
    "else": "never taken",
    "range": "never iterates",
    "with": "always empty",
    "else with": "always empty",
}


@dataclass(frozen=True)
class Branch:
    """A part of a template that some renders take and others do not."""

    file: str
    """The template, by Helm's name."""
    line: int
    """From 1: where its condition stands."""
    condition: str
    """The action that decides about it, `if .Values.x`."""
    missed: str
    """What to say of it where no render takes it."""
    start: int
    """Where in the text it begins."""
    end: int
    """Where it ends; its start for one that is not written down, the `else` that is not there."""
    trims: bool = False
    """The action that opens it takes the white space after it away."""
    opened_by: str = ""
    """What has to be written before its first action."""


def branches(file: str, text: str) -> list[Branch]:
    """Return the branches of a template in the order of their places.

    Where the structure of a text is broken, what has no end is left out; Helm tells the fault.
    """
    found: list[Branch] = []
    open_ones: list[list[Action]] = []
    for action in actions(text):
        if action.word in _OPENING:
            open_ones.append([action])
        elif action.word in _FURTHER and open_ones:
            open_ones[-1].append(action)
        elif action.word == "end" and open_ones:
            found += _branches(file, text, open_ones.pop(), action)
    return sorted(found, key=lambda branch: (branch.start, branch.end))


def _branches(file: str, text: str, parts: list[Action], end: Action) -> Iterator[Branch]:
    """Give the branches of one structure: `parts` are its actions but the last, the `end`."""
    opening, last = parts[0], parts[-1]
    for part, after in zip(parts, [*parts[1:], end], strict=True):
        condition = _shown(part) if part.word != "else" else f"else of {_shown(opening)}"
        missed = _MISSED.get(part.word, "never true")
        line, trims = _line(text, part.start), part.trims_after
        yield Branch(file, line, condition, missed, part.end, after.start, trims)
    kind = last.word.rpartition(" ")[2]
    if kind in _LEFT_OUT and not _LISTED.search(opening.rest):
        # Trimmed as the end is, or the white space before that would stay.
        otherwise = "{{- else }}" if end.trims else "{{ else }}"
        line, at = _line(text, last.start), end.start
        yield Branch(file, line, _shown(last), _LEFT_OUT[kind], at, at, opened_by=otherwise)


def _shown(action: Action) -> str:
    return " ".join(f"{action.word} {action.rest}".split())


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
