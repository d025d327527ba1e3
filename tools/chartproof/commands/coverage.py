"""`chartproof coverage`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Chart = Annotated[Path, typer.Argument(help="The chart's folder or .tgz.", show_default=False)]
CaseNames = Annotated[
    list[str] | None,
    typer.Option("--case", metavar="CASE", help="Render this case alone; may be repeated."),
]


class Format(StrEnum):
    """What coverage can write."""

    TEXT = "text"
    JSON = "json"
    LCOV = "lcov"


Output = Annotated[Format, typer.Option("--output", "-o", help="The report's format.")]
FailUnder = Annotated[
    float,
    typer.Option(
        "--fail-under", metavar="PERCENT", min=0, max=100, help="Exit with 1 if less is taken."
    ),
]


def coverage(
    chart: Chart,
    cases: CaseNames = None,
    output: Output = Format.TEXT,
    fail_under: FailUnder = 0,
) -> None:
    """Tell which branches of a chart's templates no case takes, the defaults among the cases."""
    from chartproof.cases import Case
    from chartproof.chart import Chart as Loaded
    from chartproof.coverage import measure
    from chartproof.coverage.report import FORMATS

    loaded = Loaded.load(chart)
    asked = [loaded.case(name) for name in cases or ()] or [Case("defaults"), *loaded.cases()]
    measured = measure(loaded, asked)
    typer.echo(FORMATS[output](measured), nl=False)
    if measured.percent < fail_under:
        typer.echo(f"less than the {fail_under:g} % of --fail-under", err=True)
        raise typer.Exit(1)
