"""What the terminal says of the snapshots at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

APPROVED, KNOWN = "snapshots as approved", "known from an earlier run"
DELETED, KEPT = "deleted unused snapshot", "unused snapshot"


def summary(reports: Sequence[pytest.TestReport]) -> Iterator[str]:
    """Name the unused snapshots, then count what was as approved, by the properties of reports."""
    properties = [it for report in reports for it in report.user_properties]
    yield from (f"{name}: {value}" for name, value in properties if name in (DELETED, KEPT))
    if approved := [int(str(value)) for name, value in properties if name == APPROVED]:
        cases, snapshots = _count(len(approved), "case"), _count(sum(approved), "snapshot")
        known = sum(name == KNOWN for name, _ in properties)
        added = f" ({_count(known, 'case')} known from an earlier run)" if known else ""
        yield f"chartproof: {cases}, {snapshots} as approved{added}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
