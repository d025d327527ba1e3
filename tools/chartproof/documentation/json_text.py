"""JSON with the places of its parts, so that some can be changed and no other byte is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from json import JSONDecoder
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*")
_SCALARS = JSONDecoder()


@dataclass(frozen=True, eq=False)
class Node:
    """A value from `start` to before `end`, in characters; objects and arrays have parts."""

    start: int
    end: int
    fields: Mapping[str, Node] = field(default_factory=dict)
    items: Sequence[Node] = ()
    scalar: Any = None
    is_object: bool = False


@dataclass(frozen=True)
class Change:
    """New text in place of that from `start` to before `end`."""

    start: int
    end: int
    text: str


def parse(text: str) -> Node:
    """Read a JSON text. Raises json.JSONDecodeError."""
    json.loads(text)  # which tells faults best; after it nothing can be amiss
    return _value(text, _after_space(text, 0))


def with_fields(text: str, node: Node, fields: Mapping[str, Any]) -> Iterator[Change]:
    """Give the changes that set fields of an object, new ones in the manner of those there.

    A new one comes behind the one before it in `fields`, or first. What has the value already stays
    as it is written.
    """
    inner = _after_space(text, node.start + 1)
    space = text[node.start + 1 : inner] or " "
    behind: Node | None = None
    new = list[str]()
    for name, value in fields.items():
        word = json.dumps(value, ensure_ascii=False)
        if old := node.fields.get(name):
            yield from _added(node, behind, new, inner, space)
            if json.dumps(json.loads(text[old.start : old.end])) != json.dumps(value):
                yield Change(old.start, old.end, word)
            behind, new = old, []
        else:
            new.append(f"{json.dumps(name)}{_colon(text, node)}{word}")
    yield from _added(node, behind, new, inner, space)


def _added(
    node: Node, behind: Node | None, members: Sequence[str], inner: int, space: str
) -> Iterator[Change]:
    """Give the change that adds members behind a field, or where `inner` begins."""
    if not members:
        return
    if behind:
        yield Change(behind.end, behind.end, "".join(f",{space}{member}" for member in members))
    elif node.fields:
        yield Change(inner, inner, "".join(f"{member},{space}" for member in members))
    else:
        yield Change(node.start + 1, inner, ", ".join(members))


def changed(text: str, changes: Sequence[Change]) -> str:
    """Make changes, which may not overlap."""
    for change in sorted(changes, key=lambda one: (one.start, one.end), reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text


def _colon(text: str, node: Node) -> str:
    """Return what stands between the first key of an object and its value."""
    if not node.fields:
        return ": "
    first = _after_space(text, node.start + 1)
    _, end = _SCALARS.raw_decode(text, first)
    return text[end : next(iter(node.fields.values())).start]


def _after_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


def _value(text: str, start: int) -> Node:
    if text[start] == "{":
        return _object(text, start)
    if text[start] == "[":
        return _array(text, start)
    scalar, end = _SCALARS.raw_decode(text, start)
    return Node(start, end, scalar=scalar)


def _object(text: str, start: int) -> Node:
    fields = dict[str, Node]()
    at = _after_space(text, start + 1)
    while text[at] != "}":
        name, at = _SCALARS.raw_decode(text, at)
        colon = _after_space(text, at)
        fields[name] = _value(text, _after_space(text, colon + 1))
        at = _after_comma(text, fields[name].end)
    return Node(start, at + 1, fields=fields, is_object=True)


def _array(text: str, start: int) -> Node:
    items = list[Node]()
    at = _after_space(text, start + 1)
    while text[at] != "]":
        items.append(_value(text, at))
        at = _after_comma(text, items[-1].end)
    return Node(start, at + 1, items=items)


def _after_comma(text: str, end: int) -> int:
    at = _after_space(text, end)
    return _after_space(text, at + 1) if text[at] == "," else at
