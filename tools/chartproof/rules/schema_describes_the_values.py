"""values.yaml and values.schema.json know the same values.

A value that the schema does not describe can be misspelt without a word. One that only the schema
describes is a setting that no reader of values.yaml learns of, which is a note, and nothing where
a comment there shows it. A schema that describes less than half of the values is meant for
something else, such as a form: that is one note. Maps that values.yaml leaves empty are the user's
to fill, and are left alone, as are what parent charts read of a subchart (`enabled`, `tags`,
`global`) and charts without a schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chartproof.errors import nearest
from chartproof.experiments.subject import Subject, dotted
from chartproof.findings import Finding, Severity
from chartproof.study import Study
from chartproof.values_schema import Schema, is_known, known_keys
from chartproof.walk import fields
from chartproof.yamlio import Path

SEVERITIES = (Severity.WARNING, Severity.NOTE)

_OF_PARENTS = {("enabled",), ("tags",), ("global",)}


def check_chart(study: Study) -> Iterator[Finding]:
    """Find values that are only in one of the two."""
    subject, schema = study.subject, study.chart.schema
    if not schema:
        return
    only_in_schema, only_in_values, described = _sorted_out(subject, schema)
    if len(only_in_values) > described:
        yield Finding(
            f"values.schema.json describes {described} of "
            f"{described + len(only_in_values)} values, the others can be misspelt",
            Severity.NOTE,
            template=str(study.chart.path / "values.schema.json"),
        )
    else:
        yield from only_in_values
    yield from only_in_schema


def _sorted_out(subject: Subject, schema: Schema) -> tuple[list[Finding], list[Finding], int]:
    """Return what only the schema knows, what only the values do, and how many both know."""
    only_in_schema, only_in_values, described = list[Finding](), list[Finding](), 0
    for at, is_described, is_value in _keys(subject, schema, (), subject.values):
        if is_described and is_value:
            described += 1
        elif is_value:
            known = set(known_keys(schema, at[:-1])) - fields(subject.values, *at[:-1]).keys()
            message = f"values.schema.json does not describe {dotted(at)}"
            hint = nearest(str(at[-1]), known)
            only_in_values.append(subject.finding(at, message, Severity.WARNING, hint=hint))
        elif not _is_commented(subject, str(at[-1])):
            message = f"values.schema.json describes {dotted(at)}, which values.yaml does not have"
            only_in_schema.append(subject.finding(at, message, Severity.NOTE))
    return only_in_schema, only_in_values, described


def _keys(
    subject: Subject, schema: Schema, path: Path, values: Mapping[str, Any]
) -> Iterator[tuple[Path, bool, bool]]:
    """Give every key with whether the schema describes it, and whether the values have it."""
    subcharts = set() if path else subject.subcharts
    for key, value in values.items():
        at = (*path, key)
        if key in subcharts or at in _OF_PARENTS:
            continue
        is_described = is_known(schema, at)
        yield at, is_described, True
        if is_described and isinstance(value, dict) and value:
            yield from _keys(subject, schema, at, value)
    for key in known_keys(schema, path):
        if key not in values and (*path, key) not in _OF_PARENTS:
            yield (*path, key), True, False


def _is_commented(subject: Subject, key: str) -> bool:
    """Tell whether a comment of values.yaml shows the key, as one does that has no default."""
    return re.search(rf"^\s*#[#\s-]*{re.escape(key)}:", subject.text, re.MULTILINE) is not None
