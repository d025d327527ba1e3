"""The snapshot test of one chart, for people who have no pytest of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chartproof.chart import Chart
from chartproof.project.file import FILE
from chartproof.snapshot import settings

_EXIT = {pytest.ExitCode.OK: 0, pytest.ExitCode.TESTS_FAILED: 1}


def run(
    folder: Path,
    cases: Sequence[str] = (),
    *,
    update: bool = False,
    snapshots: str | None = None,
    workers: str | None = None,
) -> int:
    """Run pytest on the cases of the chart in `folder`, all or those named; return an exit code.

    Settings of a pytest.ini or pyproject.toml around the current folder hold too. Raises
    InputError.
    """
    chart = Chart.load(folder)
    words = list(_words(chart, cases))
    words += ["--override-ini", f"{settings.CHARTS}={folder.absolute()}"]
    if snapshots:
        words += ["--override-ini", f"{settings.SNAPSHOTS}={Path(snapshots).absolute()}"]
    if update:
        words += ["--snapshot-update"]
    if workers:
        words += ["--numprocesses", workers]
    return _EXIT.get(pytest.ExitCode(pytest.main(words)), 2)


def _words(chart: Chart, cases: Sequence[str]) -> Iterator[str]:
    """Name what pytest is to collect."""
    if not cases:
        yield from (
            str(path) for path in (chart.path / settings.CASES, chart.path / FILE) if path.exists()
        )
    for name in cases:
        case = chart.case(name)
        yield f"{case.home}::{name}"
