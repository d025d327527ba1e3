"""Values that the old schema accepts and the new one refuses, and the other way about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from jsonschema.validators import validator_for

from chartproof.chart import Chart
from chartproof.diff.change import Change
from chartproof.diff.level import Level
from chartproof.diff.narrowing import REFUSED, REQUIRED, Narrowing
from chartproof.diff.schema_comparison import Comparison, Given
from chartproof.errors import InputError
from chartproof.experiments.subject import dotted

VALUES = "values"


def schema_changes(old: Chart, new: Chart) -> Iterator[Change]:
    """Compare the schemas of two charts, and those of the subcharts that both have.

    Raises InputError for what is no schema.
    """
    shared = subcharts(old).items() & subcharts(new).items()
    for above, name in [((), new.name), *(((key,), name) for key, name in sorted(shared))]:
        before = _schema(old, name if above else old.name)
        after = _schema(new, name)
        yield from _compared(before, after, _values(old, above), _values(new, above), above)


def _schema(chart: Chart, name: str) -> Mapping[str, Any] | None:
    """Return the schema of a chart or its subchart. Raises InputError for what is none."""
    schema = chart.schema_of(name)
    if schema is None:
        return None
    try:
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
    except SchemaError as error:
        at = f"{chart.path}: values.schema.json of {name}: no JSON schema: at {error.json_path}"
        raise InputError(f"{at}: {error.message}") from error
    return schema


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
        if found.keyword != REFUSED and found.is_sure:
            yield _widened(found, above)


_RULES = {REFUSED: "value-refused", REQUIRED: "value-required"}


def _narrowed(found: Narrowing, above: tuple[str, ...]) -> Change:
    path, said = dotted((*above, *found.path)), found.refusal()
    if not found.is_sure:
        return Change("schema-changes", Level.MINOR, VALUES, said, path)
    if found.keyword == REQUIRED:
        said += ", and has no default"
    rule = _RULES.get(found.keyword, "value-narrowed")
    return Change(rule, Level.MAJOR, VALUES, said, path)


def _widened(found: Narrowing, above: tuple[str, ...]) -> Change:
    path = dotted((*above, *found.path))
    return Change("value-widened", Level.MINOR, VALUES, found.permission(), path)


def subcharts(chart: Chart) -> dict[str, str]:
    """Return the names of the subcharts by the keys of their values."""
    asked = chart.metadata.get("dependencies") or []
    return {str(one.get("alias") or one["name"]): str(one["name"]) for one in asked}


def _values(chart: Chart, above: tuple[str, ...]) -> Mapping[str, Any]:
    values: Any = chart.values
    for key in above:
        values = values.get(key) if isinstance(values, Mapping) else None
    return values if isinstance(values, Mapping) else {}
