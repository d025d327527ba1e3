"""What one JSON schema accepts and another refuses, keyword by keyword.

Keywords are those of JSON Schema 2020-12, of which draft 7 has the same that matter here. What
stands in combinations (anyOf, if, not ...) is not read but tried: see `probes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeGuard

from chartproof.diff.narrowing import CLOSED, COMBINED, REFUSED, REQUIRED, Narrowing, Path
from chartproof.diff.probes import Prober
from chartproof.values_schema import resolve

ANY_KEY, ANY_ITEM = "*", "[]"
TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_SIZES = {"Length": "string", "Items": "array", "Properties": "object"}
_BOUNDS = {
    **dict.fromkeys(("minimum", "exclusiveMinimum"), ("number", 1)),
    **dict.fromkeys(("maximum", "exclusiveMaximum"), ("number", -1)),
    **{f"min{what}": (kind, 1) for what, kind in _SIZES.items()},
    **{f"max{what}": (kind, -1) for what, kind in _SIZES.items()},
}
"""Bounds by keyword: the type they are about, and in which direction they narrow."""
_OTHERS = {"pattern": "string", "multipleOf": "number", "uniqueItems": "array"}
_OF_SIZE = ("minLength", "minItems", "minProperties")
"""Nothing is smaller than 0."""


class Given(NamedTuple):
    """What the values of both sides give at some path, None where they give nothing."""

    wide: Any
    narrow: Any

    def at(self, key: str) -> Given:
        """Step into a map."""
        return Given(*(side.get(key) if isinstance(side, Mapping) else None for side in self))


_NOTHING = Given(None, None)
_ANYTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Comparison:
    """Two schemas as wholes, the second of which may accept less."""

    wide: Mapping[str, Any]
    narrow: Mapping[str, Any]
    values: Given
    """Their defaults: what those of the narrow side give need not be required of a user."""

    @cached_property
    def _prober(self) -> Prober:
        return Prober(self.wide, self.narrow)

    @cached_property
    def _has_same_definitions(self) -> bool:
        """Tell whether a reference leads to the same in both schemas."""
        return all(self.wide.get(it) == self.narrow.get(it) for it in ("definitions", "$defs"))

    def narrowings(self) -> Iterator[Narrowing]:
        """Give every keyword that narrows."""
        yield from self._at(self.wide, self.narrow, (), self.values, frozenset())

    def _at(
        self, wide: Any, narrow: Any, path: Path, given: Given, above: frozenset[tuple[int, int]]
    ) -> Iterator[Narrowing]:
        """Compare what two schemas say of one value; `above` keeps out of their own recursion."""
        if narrow is False and wide is not False:
            yield Narrowing(path, REFUSED, "accepted", "refused")
        if not isinstance(narrow, Mapping):
            return
        wide = resolve(self.wide, wide if isinstance(wide, Mapping) else _ANYTHING)
        narrow = resolve(self.narrow, narrow)
        both = (id(wide), id(narrow))
        if both in above or (wide == narrow and self._has_same_definitions):
            return
        yield from self._type(wide, narrow, path)
        yield from self._choice(wide, narrow, path)
        yield from self._bounds(wide, narrow, path)
        yield from self._others(wide, narrow, path, given)
        above |= {both}
        if _both(wide, narrow, "object"):
            yield from self._required(wide, narrow, path, given)
            yield from self._keys(wide, narrow, path, given, above)
        if "items" in narrow and _both(wide, narrow, "array"):
            items = (*path, ANY_ITEM)
            yield from self._at(wide.get("items"), narrow["items"], items, _NOTHING, above)
        if any(wide.get(keyword) != narrow.get(keyword) for keyword in COMBINED):
            yield from self._combined(wide, narrow, path, given)

    @staticmethod
    def _type(
        wide: Mapping[str, Any], narrow: Mapping[str, Any], path: Path
    ) -> Iterator[Narrowing]:
        before, after = _types(wide), _types(narrow)
        if before - after:
            yield Narrowing(path, "type", _told_types(wide), _told_types(narrow))

    @staticmethod
    def _choice(
        wide: Mapping[str, Any], narrow: Mapping[str, Any], path: Path
    ) -> Iterator[Narrowing]:
        before, after = _choices(wide), _choices(narrow)
        if after is None:
            return
        if before is None:
            yield Narrowing(path, "enum", "any", _told_choices(after))
        elif [one for one in before if one not in after]:
            yield Narrowing(path, "enum", _told_choices(before), _told_choices(after))

    @staticmethod
    def _bounds(
        wide: Mapping[str, Any], narrow: Mapping[str, Any], path: Path
    ) -> Iterator[Narrowing]:
        for keyword, (kind, sign) in _BOUNDS.items():
            before, after = wide.get(keyword), narrow.get(keyword)
            says_nothing = after == 0 and keyword in _OF_SIZE
            if not _is_number(after) or says_nothing or not _both(wide, narrow, kind):
                continue
            if not _is_number(before) or sign * after > sign * before:
                yield Narrowing(path, keyword, _told(before), _told(after))

    def _others(
        self, wide: Mapping[str, Any], narrow: Mapping[str, Any], path: Path, given: Given
    ) -> Iterator[Narrowing]:
        """Compare keywords that are not read but tried, where both schemas have them."""
        for keyword, kind in _OTHERS.items():
            before, after = wide.get(keyword), narrow.get(keyword)
            if after in (None, False, before) or not _both(wide, narrow, kind):
                continue
            one, other = ({keyword: side} for side in (before, after))
            refused = self._prober.refused(one, other, given) if before else []
            is_sure = before is None or bool(refused)
            witness = refused[0] if refused else None
            yield Narrowing(path, keyword, _told(before), _told(after), is_sure, witness)

    @staticmethod
    def _required(
        wide: Mapping[str, Any], narrow: Mapping[str, Any], path: Path, given: Given
    ) -> Iterator[Narrowing]:
        for key in narrow.get("required") or ():
            was_needed = key in (wide.get("required") or ()) and given.at(key).wide is None
            if given.at(key).narrow is None and not was_needed:
                yield Narrowing((*path, str(key)), REQUIRED, "optional", "required")

    def _keys(
        self,
        wide: Mapping[str, Any],
        narrow: Mapping[str, Any],
        path: Path,
        given: Given,
        above: frozenset[tuple[int, int]],
    ) -> Iterator[Narrowing]:
        """Hold the keys of a map against each other: those known by name, then all others."""
        before, after = wide.get("properties") or {}, narrow.get("properties") or {}
        others_before, others = (side.get("additionalProperties", True) for side in (wide, narrow))
        patterns_before, patterns = (side.get("patternProperties") or {} for side in (wide, narrow))
        for key in after:
            # What was neither described nor given is a new key, whatever else was open.
            if (
                key in before
                or isinstance(others_before, Mapping)
                or given.at(key).wide is not None
            ):
                known = before.get(key, others_before)
                yield from self._at(known, after[key], (*path, key), given.at(key), above)
        for key in before:
            if key not in after and not patterns:
                yield from self._at(before[key], others, (*path, key), given.at(key), above)
        if others is False and others_before is not False:
            yield Narrowing(path, CLOSED, "accepted", "refused")
        elif isinstance(others, Mapping) and others_before is not False:
            yield from self._at(others_before, others, (*path, ANY_KEY), _NOTHING, above)
        for pattern, node in patterns.items():
            node_before = patterns_before.get(pattern, others_before)
            if node_before is not False:
                yield from self._at(node_before, node, (*path, f"/{pattern}/"), _NOTHING, above)

    def _combined(
        self, wide: Mapping[str, Any], narrow: Mapping[str, Any], path: Path, given: Given
    ) -> Iterator[Narrowing]:
        """Find a value that tells two combinations apart."""
        alone = [{key: node[key] for key in COMBINED if key in node} for node in (wide, narrow)]
        found = self._prober.refused(wide, alone[1], given)
        keyword = next(key for key in COMBINED if wide.get(key) != narrow.get(key))
        if found:
            yield Narrowing(path, keyword, "", "", witness=found[0])
        elif alone[1]:
            yield Narrowing(path, keyword, "this", "another one", is_sure=False)


def _both(wide: Mapping[str, Any], narrow: Mapping[str, Any], kind: str) -> bool:
    """Tell whether both schemas accept values of a type; a number may be an integer alone."""
    kinds = {"number", "integer"} if kind == "number" else {kind}
    return bool(kinds & _types(wide)) and bool(kinds & _types(narrow))


def _types(node: Mapping[str, Any]) -> set[str]:
    given = node.get("type")
    types = set(TYPES if given is None else [given] if isinstance(given, str) else given)
    return types | {"integer"} if "number" in types else types


def _told_types(node: Mapping[str, Any]) -> str:
    given = node.get("type")
    return "any" if given is None else given if isinstance(given, str) else " or ".join(given)


def _choices(node: Mapping[str, Any]) -> list[Any] | None:
    return [node["const"]] if "const" in node else node.get("enum")


def _told_choices(choices: list[Any]) -> str:
    return " or ".join(_told(choice) for choice in choices)


def _told(value: Any) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
