"""`chartproof package`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Chart = Annotated[Path, typer.Argument(help="The chart's folder.", show_default=False)]
Destination = Annotated[
    Path, typer.Option("--destination", "-d", metavar="FOLDER", help="Where to write the archive.")
]
Version = Annotated[
    str | None, typer.Option("--version", metavar="VERSION", help="In place of Chart.yaml's.")
]
AppVersion = Annotated[
    str | None,
    typer.Option("--app-version", metavar="VERSION", help="In place of Chart.yaml's appVersion."),
]
AllowDirty = Annotated[
    bool, typer.Option("--allow-dirty", help="Pack what is not committed yet, too.")
]


def package(
    chart: Chart,
    destination: Destination = Path(),
    version: Version = None,
    app_version: AppVersion = None,
    allow_dirty: AllowDirty = False,
) -> None:
    """Pack a chart: the same commit gives the same archive, in any clone and at any time."""
    from chartproof.package import package as pack

    packed = pack(
        chart, destination, version=version, app_version=app_version, allow_dirty=allow_dirty
    )
    typer.echo(f"{packed.path}\nsha256:{packed.digest}")
