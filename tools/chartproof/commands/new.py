"""`chartproof new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Name = Annotated[
    Path, typer.Argument(metavar="NAME", help="The chart's name, or a path that ends in it.")
]
FromWorkloads = Annotated[
    bool,
    typer.Option(
        "--from-workloads",
        help="Begin with workers: any number of Deployments without a Service, each scaled.",
    ),
]


def new(name: Name, from_workloads: FromWorkloads = False) -> None:
    """Begin a chart, with its cases, schema, snapshots, tests and CI; all of them pass."""
    from chartproof.scaffold import Kind, create

    for file in create(name, Kind.WORKERS if from_workloads else Kind.WEB):
        typer.echo(file)
    typer.echo(f"\nNext: cd {name}, chartproof lint chart, chartproof test chart")
