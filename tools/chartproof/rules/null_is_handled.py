"""A null in place of any value works, or is refused in the chart's own words.

A null is how a user takes a default away, what an empty line in a values file is, and what
`--reuse-values` leaves of a value that is new in the chart. A template that then reads a field of
nothing fails with Go's `nil pointer`, which names no value. Guard it with `with`, `default` or
`dig`, or refuse it by `required`, `fail` or the schema. The test is an experiment: each value,
maps too, is set to null in every case, and the case rendered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chartproof.experiments.failures import Replacement, failures
from chartproof.findings import Finding, Severity
from chartproof.study import Study
from chartproof.values_schema import refuses_null
from chartproof.yamlio import Path

SEVERITIES = (Severity.WARNING, Severity.NOTE)


def check_chart(study: Study) -> Iterator[Finding]:
    """Find values whose absence makes a template fail."""
    return failures(study, _null, refuses_null, _last_key, Severity.WARNING)


def _null(_: Any) -> Replacement:
    return "null", None


def _last_key(path: Path) -> Iterable[str]:
    """Return what a template has to name: a loop never comes to a value that is not there."""
    return [str(path[-1])]
