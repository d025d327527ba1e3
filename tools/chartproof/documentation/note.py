"""What a comment says of a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """The parts of a description; a part that the comment leaves out is empty.

    `default` is what tables show in place of the value itself, as Markdown. An `is_extra` note is
    about a map whose values have notes of their own. What `is_ignored` is in no table, nor is what
    is in it.
    """

    description: str = ""
    type: str = ""
    default: str = ""
    section: str = ""
    is_ignored: bool = False
    is_extra: bool = False
    line: int = 0
    """Where the description stands in values.yaml, from 1."""


@dataclass(frozen=True)
class Problem:
    """Something that a maintainer has to know, at a line of values.yaml, from 1."""

    line: int
    message: str
