"""The fixture charts, each named by what it shows."""

from __future__ import annotations

from pathlib import Path

from chartproof.chart import Chart

CHARTS = Path(__file__).parents[1] / "tools" / "charts"


def chart(name: str) -> Chart:
    """Load a fixture chart."""
    return Chart.load(CHARTS / name)
