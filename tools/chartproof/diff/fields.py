"""What differs between two objects, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LONGEST = 60
_DIGEST = re.compile(r"[0-9a-f]{32,}")


class Item(str):
    """A step into a list: the name of the item, or its number where it has none."""

    __slots__ = ()


Path = tuple[str, ...]
"""The way to a field: keys, and an Item for every step into a list."""


class _Missing:
    """What stands on the side that does not have a field."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


@dataclass(frozen=True)
class FieldChange:
    """A field that is another one, is new (`old` is MISSING) or is gone (`new` is MISSING)."""

    path: Path
    old: Any
    new: Any

    @property
    def name(self) -> str:
        """The path as it is read: `spec.containers[web].image`."""
        return written(self.path)


def written(path: Path) -> str:
    """Write a path."""
    return "".join(map(_step, path)).removeprefix(".")


def is_digest(value: Any) -> bool:
    """Tell whether a value is a checksum in hexadecimal."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def cut(text: str) -> str:
    """Shorten a text that is too long for a line."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def field_changes(old: Any, new: Any, path: Path = ()) -> Iterator[FieldChange]:
    """Compare two bodies as deep as their shapes are alike.

    Items of lists are held against those of the same name; without names against those of the
    same place, and the list is one field where it has another length.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _side_by_side(old, new, key, (*path, str(key)))
    elif (names := _names(old, new)) is not None:
        before, after = ({_name(item): item for item in side} for side in (old, new))
        for name in names:
            yield from _side_by_side(before, after, name, (*path, Item(name)))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from field_changes(before, after, (*path, Item(index)))
    elif not _same(old, new):
        yield FieldChange(path, old, new)


def _side_by_side(
    old: Mapping[Any, Any], new: Mapping[Any, Any], key: Any, path: Path
) -> Iterator[FieldChange]:
    if key in old and key in new:
        yield from field_changes(old[key], new[key], path)
    # A null is what Helm and Kubernetes drop.
    elif (old.get(key) if key in old else new.get(key)) is not None:
        yield FieldChange(path, old.get(key, MISSING), new.get(key, MISSING))


def _names(old: Any, new: Any) -> Sequence[str] | None:
    """Give the names of the items of two lists in which each item has one of its own."""
    if not (isinstance(old, list) and isinstance(new, list) and old and new):
        return None
    names = []
    for side in (old, new):
        of_side = [_name(item) for item in side]
        if None in of_side or len(set(of_side)) != len(of_side):
            return None
        names += of_side
    return [name for name in dict.fromkeys(names) if name is not None]


def _name(item: Any) -> str | None:
    name = item.get("name") if isinstance(item, Mapping) else None
    if name is None and isinstance(item, Mapping) and isinstance(item.get("metadata"), Mapping):
        name = item["metadata"].get("name")
    return None if name is None else str(name)


def _same(old: Any, new: Any) -> bool:
    """Compare by type too: to YAML, 1 and true are two things."""
    return bool(old == new) and isinstance(old, bool) is isinstance(new, bool)


def _step(step: str) -> str:
    is_plain = not isinstance(step, Item) and "." not in step and "/" not in step
    return f".{step}" if is_plain else f"[{step}]"
