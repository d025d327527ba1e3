"""The comment lines of a YAML text, and the keys that they stand above."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_COMMENT = re.compile(r"^(?P<indent>\s*)#")


@dataclass
class Comments:
    """The lines of a text, of which those inside of a scalar are no comments."""

    lines: list[str]
    inside_scalars: set[int]
    taken: set[int] = field(default_factory=set)
    """Lines, from 0, that were found to stand above something."""

    @classmethod
    def of(cls, text: str, root: Node | None) -> Comments:
        """Take a text and what it was parsed to."""
        return cls(text.splitlines(), set(_inner_lines(root)) if root else set())

    def above(self, line: int, column: int, *, is_item: bool = False) -> list[str]:
        """Return the comment right above the key or list item at a place, line and column from 0.

        An empty line parts a comment from the place. One that is indented deeper, as far as a key
        before it, belongs to that. It is about what comes first on the line below it: of a list
        item that is a map, the item and not its first key.
        """
        before = self.lines[line][:column]
        if before.strip("- " if is_item else None):
            return []
        column = before.rfind("-") if is_item else column
        first = line
        while first > 0 and self.is_comment(first - 1):
            first -= 1
        content = self._content_above(first)
        while first < line and column < self._indent(first) <= content:
            first += 1
        self.taken.update(range(first, line))
        return [text.strip() for text in self.lines[first:line]]

    def before(self, line: int, column: int) -> list[str]:
        """Return the comment that only empty lines part from a line, both from 0."""
        end = line
        while end > 0 and not self.lines[end - 1].strip():
            end -= 1
        first = end
        while first > 0 and self._indent(first - 1) <= column:
            first -= 1
        self.taken.update(range(first, end))
        return [text.strip() for text in self.lines[first:end]]

    def is_comment(self, line: int) -> bool:
        """Tell whether a line, from 0, is a comment and nothing else."""
        return self._indent(line) < _NEVER

    def blocks(self) -> Iterator[tuple[int, list[str]]]:
        """Give each run of comment lines with the line, from 0, that it begins on."""
        block: list[str] = []
        for line, text in enumerate(self.lines):
            if self.is_comment(line):
                block.append(text.strip())
            elif block:
                yield line - len(block), block
                block = []
        if block:
            yield len(self.lines) - len(block), block

    def _content_above(self, line: int) -> int:
        """Return how far the last key or item above a line is indented, -1 where there is none."""
        for index in range(line - 1, -1, -1):
            words = self.lines[index].strip()
            if words and not self.is_comment(index):
                is_flow = words[0] in "{}[]"
                indent = len(self.lines[index]) - len(self.lines[index].lstrip())
                return -1 if is_flow else indent + (words.startswith("- ") and 2)
        return -1

    def _indent(self, line: int) -> int:
        found = None if line in self.inside_scalars else _COMMENT.match(self.lines[line])
        return len(found["indent"]) if found else _NEVER


_NEVER = 1_000_000


def _inner_lines(node: Node) -> Iterator[int]:
    """Give the lines, from 0, on which a scalar goes on that began on an earlier one."""
    waiting, seen = [node], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:  # an alias
            continue
        seen.add(id(one))
        if isinstance(one, ScalarNode):
            end = one.end_mark.line + (one.end_mark.column > 0)
            yield from range(one.start_mark.line + 1, end)
        elif isinstance(one, MappingNode):
            waiting += [part for pair in one.value for part in pair]
        elif isinstance(one, SequenceNode):
            waiting += one.value
