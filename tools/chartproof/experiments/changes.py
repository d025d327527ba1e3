"""Values that are changed together, each so that it is known again in what is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chartproof.experiments.output import Failure, Lines, Output, Text, other_value
from chartproof.experiments.subject import dotted
from chartproof.yamlio import Path

_MARK = re.compile(r"changed(\d+)z")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TELLING = 100
"""A number from which on it is hardly there by chance."""


@dataclass(frozen=True)
class Seen:
    """Values whose marks are seen: `plainly` where a line is the old one but for the mark."""

    plainly: set[Path]
    anyhow: set[Path]

    @property
    def all(self) -> set[Path]:
        """All of them."""
        return self.plainly | self.anyhow


@dataclass(frozen=True)
class Changes:
    """Values of an output that are changed in one render, to be known again in what it gives."""

    output: Output
    paths: Sequence[Path]
    of: Callable[[Any, str], Any] = other_value

    @cached_property
    def own(self) -> list[Any]:
        """The values as they are."""
        return [self.output.own(path) for path in self.paths]

    @cached_property
    def new(self) -> list[Any]:
        """Others in their places: texts, lists and maps with a mark."""
        marks = (f"changed{index}z" for index in range(len(self.own)))
        return [self.of(value, mark) for value, mark in zip(self.own, marks, strict=True)]

    def rendered(self) -> Lines | Failure:
        """Render all templates with them."""
        return self.output.changed(dict(zip(self.paths, self.new, strict=True)))

    def rendered_in(self, source: str) -> Text | Failure:
        """Render one template with them, without the others."""
        return self.output.changed_in(source, dict(zip(self.paths, self.new, strict=True)))

    def blamed(self, report: str) -> set[Path]:
        """Return the values that a report of a failure names, by their marks or their paths."""
        return self._marked(report) | {path for path in self.paths if dotted(path) in report}

    def seen(self, lines: Lines) -> Seen:
        """Return the values that are seen in what was rendered."""
        seen = Seen(set(), set())
        for source, text in lines.items():
            old = set(filter(None, self.output.once.get(source, ())))
            for line in set(filter(None, text)) - old:
                marks = self._marked(line)
                seen.anyhow.update(marks)
                if marks and _MARK.sub("", line) in old:
                    seen.plainly.update(marks)
                elif not marks:
                    seen.plainly.update(self._numbers_in(line, old))
        return seen

    def _marked(self, text: str) -> set[Path]:
        """Return the values whose marks are in a text, which may have the like of its own."""
        marks = (int(mark[1]) for mark in _MARK.finditer(text))
        return {self.paths[index] for index in marks if index < len(self.paths)}

    def _numbers_in(self, line: str, old: Collection[str]) -> Iterator[Path]:
        """Give the numbers that a line has, where the old number makes it an old line."""
        for number in _NUMBER.finditer(line) if self._by_number else ():
            index = self._by_number.get(number[0])
            if index is not None:
                before, after = line[: number.start()], line[number.end() :]
                if f"{before}{self.own[index]}{after}" in old:
                    yield self.paths[index]

    @cached_property
    def _by_number(self) -> dict[str, int]:
        """The values by their new numbers; a small one, or that of two, tells nothing."""
        new = [
            str(value) if isinstance(value, int | float) and value >= _TELLING else ""
            for value in self.new
        ]
        return {text: new.index(text) for text in new if text and new.count(text) == 1}
