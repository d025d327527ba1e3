"""Documents that differ in plain values alone, parsed and written once for all of them.

Most documents of a case are those of another one but for an image's tag or a number. So the values
of lines that say `key: value`, and nothing else, are taken out; what is left is parsed and written
with marks in their places, and the marks are replaced by each document's own values. A document is
only treated so where every mark comes out as a value of its own, and never within a longer text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chartproof import yamlio
from chartproof.snapshot.writer import scalar
from chartproof.walk import leaves

# What names an object or makes it a hook decides where it is written, and whether.
_NAMING = r"apiVersion|kind|name|namespace|generateName|helm\.sh/[\w-]+"
_QUOTED, _PLAIN = r'"[\w ./@+=~%:,()-]*"', r"[\w./][\w./@+=~%:-]*(?<!:)"
_SLOT = re.compile(
    rf"^(?P<key>[ ]*(?:- )*(?!(?:{_NAMING}):)[A-Za-z][\w./-]*: +)(?:{_QUOTED}|{_PLAIN})$",
    re.MULTILINE,
)
_MARK = re.compile(r"zq(\d+)slot")
Values = Sequence[str]
"""The values of a document's lines, those in quotes with them."""


def taken_apart(text: str) -> tuple[str, Values]:
    """Return a document without the values of its plain lines, and these."""
    values: list[str] = []

    def taken(line: re.Match[str]) -> str:
        values.append(line[0][len(line["key"]) :])
        return f"{line['key']}\0"

    return _SLOT.sub(taken, text), values


def marked(skeleton: str) -> str:
    """Return a document with a mark in the place of each value that was taken out."""
    first, *rest = skeleton.split("\0")
    return first + "".join(f"zq{number}slot{part}" for number, part in enumerate(rest))


@dataclass(frozen=True)
class Pattern:
    """A written text between its values, which stand there in any order."""

    parts: Sequence[str]
    order: Sequence[int]

    @classmethod
    def of(cls, written: str) -> Pattern:
        """Take a text apart that was written from one with marks."""
        parts = _MARK.split(written)
        return cls(parts[::2], [int(number) for number in parts[1::2]])

    def filled(self, values: Values) -> str:
        """Put a document's values into the text."""
        first, *rest = self.parts
        own = (_written(values[number]) for number in self.order)
        return first + "".join(value + part for value, part in zip(own, rest, strict=True))


def _written(value: str) -> str:
    return scalar(value[1:-1] if value.startswith('"') else yamlio.plain(value))


def is_apart(bodies: Sequence[Any], count: int) -> bool:
    """Tell whether each of so many marks is a value of its own, once, in what was parsed."""
    found = [number for body in bodies for number in _marks(body)]
    return sorted(found) == list(range(count))


def _marks(body: Any) -> Iterator[int]:
    """Give the numbers of the marks, in keys too; one that is not alone in its place is -1."""
    for path, leaf in leaves(body):
        for text in (leaf, *path):
            if isinstance(text, str) and _MARK.search(text):
                mark = _MARK.fullmatch(text)
                yield int(mark[1]) if mark else -1
