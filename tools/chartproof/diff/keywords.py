"""Keywords of a JSON schema that can be compared one by one: types, choices and bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from chartproof.diff.narrowing import Narrowing, Path

Schema = Mapping[str, Any]
TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_SIZES = {"Length": "string", "Items": "array", "Properties": "object"}
_BOUNDS = {
    **dict.fromkeys(("minimum", "exclusiveMinimum"), ("number", 1)),
    **dict.fromkeys(("maximum", "exclusiveMaximum"), ("number", -1)),
    **{f"min{what}": (kind, 1) for what, kind in _SIZES.items()},
    **{f"max{what}": (kind, -1) for what, kind in _SIZES.items()},
}
"""Bounds by keyword: the type they are about, and in which direction they narrow."""
_OF_SIZE = ("minLength", "minItems", "minProperties")
"""Nothing is smaller than 0."""


def type_narrowings(wide: Schema, narrow: Schema, path: Path) -> Iterator[Narrowing]:
    """Give the types that are no longer taken."""
    before, after = _types(wide), _types(narrow)
    if before - after:
        yield Narrowing(path, "type", _told_types(wide), _told_types(narrow))


def choice_narrowings(wide: Schema, narrow: Schema, path: Path) -> Iterator[Narrowing]:
    """Give the choice that is smaller."""
    before, after = _choices(wide), _choices(narrow)
    if after is None:
        return
    if before is None:
        yield Narrowing(path, "enum", "any", _told_choices(after))
    elif [one for one in before if one not in after]:
        yield Narrowing(path, "enum", _told_choices(before), _told_choices(after))


def bounds_narrowings(wide: Schema, narrow: Schema, path: Path) -> Iterator[Narrowing]:
    """Give every bound that is tighter."""
    for keyword, (kind, sign) in _BOUNDS.items():
        before, after = wide.get(keyword), narrow.get(keyword)
        says_nothing = after == 0 and keyword in _OF_SIZE
        if not _is_number(after) or says_nothing or not take_both(wide, narrow, kind):
            continue
        if not _is_number(before) or sign * after > sign * before:
            yield Narrowing(path, keyword, told(before), told(after))


def take_both(wide: Schema, narrow: Schema, kind: str) -> bool:
    """Tell whether both schemas accept values of a type; a number may be an integer alone."""
    kinds = {"number", "integer"} if kind == "number" else {kind}
    return bool(kinds & _types(wide)) and bool(kinds & _types(narrow))


def _types(node: Schema) -> set[str]:
    given = node.get("type")
    types = set(TYPES if given is None else [given] if isinstance(given, str) else given)
    return types | {"integer"} if "number" in types else types


def _told_types(node: Schema) -> str:
    given = node.get("type")
    return "any" if given is None else given if isinstance(given, str) else " or ".join(given)


def _choices(node: Schema) -> list[Any] | None:
    return [node["const"]] if "const" in node else node.get("enum")


def _told_choices(choices: list[Any]) -> str:
    return " or ".join(told(choice) for choice in choices)


def told(value: Any) -> str:
    """Write a value of a keyword."""
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
