"""The fixture charts, each named by what it shows."""

from __future__ import annotations

from pathlib import Path

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.project.file import cases_of

CHARTS = Path(__file__).parents[1] / "tools" / "charts"


def chart(name: str) -> Chart:
    """Load a fixture chart."""
    return Chart.load(CHARTS / name)


def rendering_cases(folder: Path) -> list[Case]:
    """Give the cases of a chart but those that have to fail."""
    return [case for case in cases_of(folder) if case.expected_failure is None]
