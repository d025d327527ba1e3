"""`chartproof test`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Chart = Annotated[Path, typer.Argument(help="The chart's folder.", show_default=False)]
CaseNames = Annotated[
    list[str] | None,
    typer.Option("--case", metavar="CASE", help="Test this case alone; may be repeated."),
]
Update = Annotated[
    bool, typer.Option("--update", "-u", help="Take the render as right: write the snapshots.")
]
Snapshots = Annotated[
    str | None,
    typer.Option("--snapshots", metavar="FOLDER", help="Where they are, or tests/CHART/snapshots."),
]
Workers = Annotated[
    str | None,
    typer.Option("--workers", metavar="N", help="Processes to share the cases (pytest-xdist)."),
]


def test(
    chart: Chart,
    cases: CaseNames = None,
    update: Update = False,
    snapshots: Snapshots = None,
    workers: Workers = None,
) -> None:
    """Hold what every case renders against its snapshots; what `pytest` with the plugin does."""
    from chartproof.snapshot.run import run

    raise typer.Exit(run(chart, cases or (), update=update, snapshots=snapshots, workers=workers))
