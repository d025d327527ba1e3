"""What one JSON schema accepts and another refuses, keyword by keyword.

Keywords are those of JSON Schema 2020-12, of which draft 7 has the same that matter here. What
stands in combinations (anyOf, if, not ...) is not read but tried: see `probes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from chartproof.diff.keywords import (
    bounds_narrowings,
    choice_narrowings,
    take_both,
    told,
    type_narrowings,
)
from chartproof.diff.narrowing import CLOSED, COMBINED, REFUSED, REQUIRED, Narrowing, Path
from chartproof.diff.probes import Prober
from chartproof.values_schema import resolve

ANY_KEY, ANY_ITEM = "*", "[]"
_OTHERS = {"pattern": "string", "multipleOf": "number", "uniqueItems": "array"}


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
        yield from type_narrowings(wide, narrow, path)
        yield from choice_narrowings(wide, narrow, path)
        yield from bounds_narrowings(wide, narrow, path)
        yield from self._others(wide, narrow, path, given)
        above |= {both}
        if take_both(wide, narrow, "object"):
            yield from self._required(wide, narrow, path, given)
            yield from self._keys(wide, narrow, path, given, above)
        if "items" in narrow and take_both(wide, narrow, "array"):
            items = (*path, ANY_ITEM)
            yield from self._at(wide.get("items"), narrow["items"], items, _NOTHING, above)
        if any(wide.get(keyword) != narrow.get(keyword) for keyword in COMBINED):
            yield from self._combined(wide, narrow, path, given)

    def _others(
        self, wide: Mapping[str, Any], narrow: Mapping[str, Any], path: Path, given: Given
    ) -> Iterator[Narrowing]:
        """Compare keywords that are not read but tried, where both schemas have them."""
        for keyword, kind in _OTHERS.items():
            before, after = wide.get(keyword), narrow.get(keyword)
            if after in (None, False, before) or not take_both(wide, narrow, kind):
                continue
            one, other = ({keyword: side} for side in (before, after))
            refused = self._prober.refused(one, other, given) if before else []
            is_sure = before is None or bool(refused)
            witness = refused[0] if refused else None
            yield Narrowing(path, keyword, told(before), told(after), is_sure, witness)

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
