"""Values that the old schema accepts and the new one refuses, and the other way about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chartproof.chart import Chart
from chartproof.diff.change import Change
from chartproof.diff.fields import cut
from chartproof.diff.level import Level
from chartproof.diff.narrowing import COMBINED, Comparison, Given, Narrowing
from chartproof.experiments.subject import dotted

VALUES = "values"
_REQUIRED, _CLOSED, _REFUSED = "required", "additionalProperties", "value"


def schema_changes(old: Chart, new: Chart) -> Iterator[Change]:
    """Compare the schemas of two charts, and those of the subcharts that both have."""
    shared = subcharts(old).items() & subcharts(new).items()
    for above, name in [((), new.name), *(((key,), name) for key, name in sorted(shared))]:
        before = old.schema_of(name if above else old.name)
        after = new.schema_of(name)
        yield from _compared(before, after, _values(old, above), _values(new, above), above)


def _compared(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    old_values: Mapping[str, Any],
    new_values: Mapping[str, Any],
    above: tuple[str, ...],
) -> Iterator[Change]:
    if before == after:
        return
    where = dotted(above)
    if before is None:
        message = "a schema is new: it may refuse what was taken without one"
        yield Change("schema-added", Level.MAJOR, VALUES, message, where)
        return
    if after is None:
        message = "there is no schema any more: everything is taken"
        yield Change("schema-removed", Level.MINOR, VALUES, message, where)
        return
    for found in Comparison(before, after, Given(old_values, new_values)).narrowings():
        yield _narrowed(found, above)
    for found in Comparison(after, before, Given(new_values, old_values)).narrowings():
        # A key that only the new schema knows is told as a new value.
        if found.keyword != _REFUSED and found.is_sure:
            yield _widened(found, above)


def _narrowed(found: Narrowing, above: tuple[str, ...]) -> Change:
    path = dotted((*above, *found.path))
    if not found.is_sure:
        told = "is another one" if found.keyword in COMBINED else f"is {_between(found)}"
        message = f"{found.keyword} {told}: it may refuse what it took"
        return Change("schema-changes", Level.MINOR, VALUES, message, path)
    if found.witness is not None:
        message = f"refuses {cut(found.witness)}, which it took ({found.keyword})"
        return Change("value-narrowed", Level.MAJOR, VALUES, message, path)
    if found.keyword == _REFUSED:
        return Change("value-refused", Level.MAJOR, VALUES, "is refused", path)
    if found.keyword == _REQUIRED:
        return Change(
            "value-required", Level.MAJOR, VALUES, "has to be given, and has no default", path
        )
    if found.keyword == _CLOSED:
        message = "keys that the schema does not know are refused"
        return Change("value-narrowed", Level.MAJOR, VALUES, message, path)
    message = f"{found.keyword} is {_between(found)}: it refuses what it took"
    return Change("value-narrowed", Level.MAJOR, VALUES, message, path)


def _widened(found: Narrowing, above: tuple[str, ...]) -> Change:
    path = dotted((*above, *found.path))
    if found.witness is not None:
        message = f"takes {cut(found.witness)}, which it refused ({found.keyword})"
    elif found.keyword == _REQUIRED:
        message = "need no longer be given"
    elif found.keyword == _CLOSED:
        message = "keys that the schema does not know are taken"
    else:
        message = f"{found.keyword} is {found.wide} in place of {found.narrow}: it takes more"
    return Change("value-widened", Level.MINOR, VALUES, message, path)


def _between(found: Narrowing) -> str:
    return f"{found.narrow} in place of {found.wide}"


def subcharts(chart: Chart) -> dict[str, str]:
    """Return the names of the subcharts by the keys of their values."""
    asked = chart.metadata.get("dependencies") or []
    return {str(one.get("alias") or one["name"]): str(one["name"]) for one in asked}


def _values(chart: Chart, above: tuple[str, ...]) -> Mapping[str, Any]:
    values: Any = chart.values
    for key in above:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values if isinstance(values, Mapping) else {}
