"""A value of another type works, or is refused in the chart's own words.

A text where a map is expected, or a map where a text is, is the commonest slip in a values file.
Where no schema and no `fail` stops it, the user reads `can't evaluate field` or `wrong type for
value` with a line of a template. A values.schema.json with the types cures all of them. The test is
an experiment: each value is replaced in every case, and the case rendered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chartproof.experiments.failures import Replacement, failures
from chartproof.findings import Finding, Severity
from chartproof.study import Study
from chartproof.values_schema import refuses
from chartproof.yamlio import Path

SEVERITIES = (Severity.NOTE,)


def check_chart(study: Study) -> Iterator[Finding]:
    """Find values whose type only a failing template tells."""
    return failures(study, _of_another_type, refuses, _last_keys, Severity.NOTE)


def _of_another_type(value: Any) -> Replacement:
    if isinstance(value, dict):
        return "a text in place of the map", "text"
    if isinstance(value, list):
        return "a text in place of the list", "text"
    return "a map in place of the single value", {"key": "text"}


def _last_keys(path: Path) -> Iterable[str]:
    """Return what a template names one of: a loop over the map around it comes to the value too."""
    return map(str, path[-2:])
