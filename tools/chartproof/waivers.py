"""Findings that the owner of a chart accepts, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Waiver:
    """A pattern for findings of one rule; `line` is where chartproof.yaml gives it."""

    rule: str
    reason: str
    object: str = "*"
    field: str = "*"
    case: str = "*"
    line: int = 0
