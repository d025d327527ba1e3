"""values.yaml and values.schema.json know the same values.

A value that the schema does not describe can be misspelt without a word, and one that only the
schema describes is a setting that no reader of values.yaml learns of. Maps that values.yaml leaves
empty are the user's to fill, and are left alone, as are what parent charts read of a subchart
(`enabled`, `tags`, `global`) and charts without a schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chartproof.errors import nearest
from chartproof.experiments.subject import Subject, dotted
from chartproof.findings import Finding, Severity
from chartproof.study import Study
from chartproof.values_schema import Schema, is_known, known_keys
from chartproof.yamlio import Path

SEVERITIES = (Severity.WARNING,)

_OF_PARENTS = {("enabled",), ("tags",), ("global",)}


def check_chart(study: Study) -> Iterator[Finding]:
    """Find values that are only in one of the two."""
    if schema := study.chart.schema:
        yield from _differences(Subject(study.chart), schema, (), Subject(study.chart).values)


def _differences(
    subject: Subject, schema: Schema, path: Path, values: Mapping[str, Any]
) -> Iterator[Finding]:
    known = known_keys(schema, path)
    subcharts = set() if path else subject.subcharts
    for key, value in values.items():
        at = (*path, key)
        if key in subcharts or at in _OF_PARENTS:
            continue
        if not is_known(schema, at):
            yield subject.finding(
                at,
                f"values.schema.json does not describe {dotted(at)}",
                Severity.WARNING,
                hint=nearest(key, set(known) - values.keys()),
            )
        elif isinstance(value, dict) and value:
            yield from _differences(subject, schema, at, value)
    for key in known:
        at = (*path, key)
        if key not in values and at not in _OF_PARENTS:
            yield subject.finding(
                at,
                f"values.schema.json describes {dotted(at)}, which values.yaml does not have",
                Severity.WARNING,
            )
