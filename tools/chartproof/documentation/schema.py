"""Descriptions and defaults in values.schema.json; all else in it stays as it is.

A property is looked for by the keys of the value, through `properties` and `$ref`. Where several
values share one by a `$ref` and are described alike, the shared place says it; where they are not,
each says it beside its own `$ref`. No property is added, and nothing is said of what is in a list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartproof.documentation.json_text import Node, changed, parse, with_fields
from chartproof.documentation.value import Value, as_json
from chartproof.errors import InputError

_DESCRIPTION, _DEFAULT = "description", "default"


@dataclass(frozen=True)
class Filled:
    """The new text, and the places that could not say what several values are for."""

    text: str
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Match:
    """A value, the property it leads to, and what that refers to (the same without a `$ref`)."""

    value: Value
    own: Node
    shared: Node


def filled(text: str, file: Path, values: Sequence[Value]) -> Filled:
    """Return the schema with what is said of the values. Raises InputError for broken JSON."""
    try:
        root = parse(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{file}:{error.lineno}:{error.colno}: {error.msg}") from error
    matches = [match for value in values if value.is_given and (match := _match(root, value))]
    said, conflicts = dict[Node, dict[str, Any]](), list[str]()
    for name, say in ((_DESCRIPTION, _description), (_DEFAULT, _default)):
        for place, told in _places(matches, name, say):
            if len({json.dumps(one) for one in told.values()}) == 1:
                said.setdefault(place, {})[name] = next(iter(told.values()))
            # That values differ in their defaults is no fault, unless one of them is told here.
            elif name in place.fields or name == _DESCRIPTION:
                line = text.count("\n", 0, place.start) + 1
                conflicts.append(
                    f"{file}:{line}: {', '.join(told)} share this, but differ in {name}"
                )
    changes = [change for place, one in said.items() for change in with_fields(text, place, one)]
    return Filled(changed(text, changes), tuple(conflicts))


def types(text: str, value: Value) -> list[str]:
    """Return the types that a schema allows a value besides null, [] if it does not say."""
    match = _match(parse(text), value)
    named = match.shared.fields.get("type") if match else None
    found = [named.scalar, *(item.scalar for item in named.items)] if named else []
    return [name for name in found if name and name != "null"]


def _match(root: Node, value: Value) -> _Match | None:
    own = node = root
    for step in value.path:
        properties = node.fields.get("properties")
        found = properties.fields.get(str(step)) if properties else None
        if found is None or not found.is_object or isinstance(step, int):
            return None
        own, node = found, _referred(root, found)
    return _Match(value, own, node)


def _referred(root: Node, node: Node) -> Node:
    """Follow a `$ref` inside of the schema."""
    seen = set[int]()
    while (ref := node.fields.get("$ref")) and id(node) not in seen:
        seen.add(id(node))
        if not str(ref.scalar).startswith("#/"):
            break
        target: Node | None = root
        for part in ref.scalar[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            target = target.fields.get(name) if target else None
        if target is None or not target.is_object:
            break
        node = target
    return node


def _places(
    matches: Sequence[_Match], name: str, said: Callable[[_Match], Any]
) -> Iterator[tuple[Node, dict[str, Any]]]:
    """Give each place that has to say something, and what, by the names of the values."""
    shared = dict[int, list[_Match]]()
    for match in matches:
        if said(match) is not None:
            shared.setdefault(id(match.shared), []).append(match)
    for group in shared.values():
        words = {json.dumps(said(match)) for match in group}
        is_beside = any(name in match.own.fields for match in group)
        if len(words) == 1 and not is_beside:
            yield group[0].shared, {match.value.name: said(match) for match in group}
            continue
        own = dict[int, list[_Match]]()
        for match in group:
            own.setdefault(id(match.own), []).append(match)
        for one in own.values():
            yield one[0].own, {match.value.name: said(match) for match in one}


def _description(match: _Match) -> str | None:
    return match.value.description or None


def _default(match: _Match) -> Any:
    """Return the default that a schema can tell: none of a map that it takes apart itself."""
    is_apart = "properties" in match.shared.fields
    return None if is_apart else json.loads(as_json(match.value.default))
