"""From the text of values.yaml to the values that are told of, with what is said of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from chartproof import yamlio
from chartproof.documentation import bitnami, helm_docs
from chartproof.documentation.comments import Comments
from chartproof.documentation.note import Note, Problem
from chartproof.documentation.value import Value, plain, type_of, written
from chartproof.errors import nearest
from chartproof.yamlio import Path

_SHOWN = 60


@dataclass
class Read:
    """The values in the order of the file, the texts of sections by title, and what is amiss."""

    values: list[Value] = field(default_factory=list)
    intros: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    """A value in the file; `line` and `column` from 0 are where its comment ends."""

    path: Path
    node: Node
    value: Any
    line: int
    column: int


def read(text: str) -> Read:
    """Read a values.yaml: a mapping, or nothing. Raises yaml.YAMLError."""
    root, value = yamlio.compose(text)
    reader = _Reader(Comments.of(text, root))
    if root is not None:
        reader.walk(_Place((), root, value, 0, 0), is_told=False, section="")
    return reader.result()


class _Reader:
    """Walks the values once, and keeps what it finds."""

    def __init__(self, comments: Comments) -> None:
        self._comments = comments
        self._tags = bitnami.tags_of(comments)
        self._named = dict(helm_docs.named_notes(comments))
        self._found: list[Value] = []
        self._known: set[str] = set()
        self._problems = list(self._tags.problems)

    def walk(self, place: _Place, *, is_told: bool, section: str) -> None:
        """Find the values at and below a place; `is_told` says that one around it is described."""
        note = self._note(place) if place.path else Note()
        if note.is_ignored:
            self._known.update(_names_below(place))
            return
        section = note.section or section
        below = list(_below(place))
        is_group = bool(below) and (
            isinstance(place.node, MappingNode) or any(self._is_about(one) for one in below)
        )
        is_described = bool(note.description)
        if place.path and (is_described or (not is_group and not is_told)):
            self._add(place, note, section)
        if is_group or is_told or is_described:
            for one in below:
                is_told_there = is_told or (is_described and not note.is_extra)
                self.walk(one, is_told=is_told_there, section=section)

    def result(self) -> Read:
        """Return what was found, and what the comments say of values that there are not."""
        for path, note in self._tags.notes.items():
            if path not in self._known and (note.is_extra or note.default):
                # What is no value, or is one only for who sets it.
                told = Value(tuple(path.split(".")), note.line, description=note.description)
                self._found.append(
                    replace(
                        told,
                        type=note.type,
                        shown_default=note.default,
                        section=note.section,
                        is_given=False,
                    )
                )
            elif path not in self._known:
                near = nearest(path, self._known)
                hint = f"; did you mean {near}?" if near else ""
                self._problems.append(Problem(note.line, f"there is no value {path}{hint}"))
        self._problems += self._strays()
        problems = sorted(self._problems, key=lambda one: one.line)
        return Read(self._found, self._tags.intros, problems)

    def _note(self, place: _Place) -> Note:
        """Return what is said of a value: by the comment above it, or by one that names it."""
        self._known |= {plain(place.path), written(place.path)}
        is_item = isinstance(place.path[-1], int)
        block = self._comments.above(place.line, place.column, is_item=is_item)
        if block and not helm_docs.has_text(block):
            block = [*self._comments.before(place.line - len(block), place.column), *block]
        above = helm_docs.note_of(block, place.line - len(block) + 1)
        named = self._named.get(written(place.path)) or self._tags.notes.get(plain(place.path))
        if above and named and not above.description and not above.is_ignored:
            said = {part: it for part, it in vars(named).items() if it}
            return replace(above, **said)
        return above or named or Note()

    def _is_about(self, place: _Place) -> bool:
        """Tell whether anything is said of a value or of one below it."""
        return bool(self._note(place).description) or any(map(self._is_about, _below(place)))

    def _add(self, place: _Place, note: Note, section: str) -> None:
        default = "" if note.is_extra else note.default or None
        self._found.append(
            Value(
                place.path,
                place.line + 1,
                place.value,
                note.description,
                note.type or type_of(place.value),
                default,
                section,
            )
        )
        if not note.description:
            self._problems.append(
                Problem(place.line + 1, f"{written(place.path)} has no description")
            )

    def _strays(self) -> Iterator[Problem]:
        """Find descriptions that stand above nothing."""
        for line, block in self._comments.blocks():
            if line + len(block) - 1 in self._comments.taken:
                continue
            note = helm_docs.note_of(block, line + 1)
            if note and note.description:
                shown = note.description[:_SHOWN]
                yield Problem(note.line, f"this description is above no value: {shown}")


def _below(place: _Place) -> Iterator[_Place]:
    """Give the values inside of a value."""
    if isinstance(place.node, MappingNode) and isinstance(place.value, Mapping):
        # A merge key's come first, and what a map says itself replaces them, here as in the value.
        nodes = {(key.tag, key.value): (key, node) for key, node in place.node.value}
        for (key, node), value in zip(nodes.values(), place.value.values(), strict=False):
            mark = key.start_mark
            yield _Place((*place.path, key.value), node, value, mark.line, mark.column)
    elif isinstance(place.node, SequenceNode) and isinstance(place.value, list):
        for index, (node, value) in enumerate(zip(place.node.value, place.value, strict=True)):
            mark = node.start_mark
            yield _Place((*place.path, index), node, value, mark.line, mark.column)


def _names_below(place: _Place) -> Iterator[str]:
    for one in _below(place):
        yield from (plain(one.path), written(one.path))
        yield from _names_below(one)
