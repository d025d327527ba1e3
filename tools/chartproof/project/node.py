"""A part of a YAML file, whose readers tell a fault by file, line and keys."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chartproof import yamlio
from chartproof.errors import InputError, nearest


@dataclass(frozen=True)
class Node:
    """What stands at `path` in a file; readers raise InputError where it is something else."""

    file: Path
    text: str = field(repr=False)
    value: Any
    path: yamlio.Path = ()

    @classmethod
    def read(cls, file: Path) -> Node:
        """Read a file whose root is a mapping; an empty one is an empty mapping."""
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{file}: not UTF-8 text") from error
        if fault := yamlio.fault(text):
            raise InputError(fault.told(file, text))
        node = cls(file, text, yamlio.load(text) or {})
        for again in yamlio.repeated_keys(text):
            name = ".".join(map(str, again.path))
            raise InputError(f"{file}:{again.line}: {name}: stands in line {again.first} already")
        return node

    @property
    def line(self) -> int:
        """The line, from 1."""
        return yamlio.line_of(self.text, self.path)

    @property
    def key(self) -> str:
        """The last step of the path."""
        return str(self.path[-1]) if self.path else ""

    def fault(self, problem: str) -> InputError:
        """Make the error that says what is wrong here."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        where = "".join(steps).removeprefix(".") or "the file"
        return InputError(f"{self.file}:{self.line}: {where}: {problem}")

    def fields(self, known: Collection[str]) -> dict[str, Node]:
        """Give the entries of a mapping that may have the `known` keys."""
        entries = self.entries()
        for key, node in entries.items():
            if key not in known:
                near = nearest(key, known)
                hint = f"did you mean {near}?" if near else f"known here: {', '.join(known)}"
                raise node.fault(f"unknown key, {hint}")
        return entries

    def entries(self) -> dict[str, Node]:
        """Give the entries of a mapping with any keys."""
        if not isinstance(self.value, dict):
            raise self.fault(f"expected a mapping, found {self.value!r:.60}")
        return {str(key): self._at((*self.path, str(key)), it) for key, it in self.value.items()}

    def items(self) -> list[Node]:
        """Give the items of a list."""
        if not isinstance(self.value, list):
            raise self.fault(f"expected a list, found {self.value!r:.60}")
        return [self._at((*self.path, index), it) for index, it in enumerate(self.value)]

    def each(self) -> list[Node]:
        """Give the items of a list, or what stands here for a list of one."""
        return self.items() if isinstance(self.value, list) else [self]

    def word(self) -> str:
        """Give a text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fault(f"expected a text, found {self.value!r:.60}")
        return self.value

    def version(self) -> str:
        """Give a version; YAML takes 1.30 for the number 1.3, so it has to be in quotes."""
        if isinstance(self.value, int | float):
            raise self.fault(f'expected a version in quotes, "1.30", found the number {self.value}')
        return self.word()

    def percent(self) -> float:
        """Give a number from 0 to 100."""
        number = self.value
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not is_number or not 0 <= number <= 100:
            raise self.fault(f"expected a number from 0 to 100, found {number!r:.60}")
        return float(number)

    def flag(self) -> bool:
        """Give true or false."""
        if not isinstance(self.value, bool):
            raise self.fault(f"expected true or false, found {self.value!r:.60}")
        return self.value

    def words(self) -> tuple[str, ...]:
        """Give the texts of a list, or one text as a list of one."""
        return tuple(item.word() for item in self.each())

    def _at(self, path: yamlio.Path, value: Any) -> Node:
        return Node(self.file, self.text, value, path)
