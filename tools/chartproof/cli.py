"""The command line: thin, every command is a function elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from chartproof.errors import ChartproofError

app = typer.Typer(name="chartproof", no_args_is_help=True, add_completion=False)


@app.callback()
def _root() -> None:
    """Prove a Helm chart right: render it, lint it, bring it up."""


@app.command()
def render(
    chart: Annotated[Path, typer.Argument()],
    files: Annotated[list[Path] | None, typer.Option("-f", "--values")] = None,
    sets: Annotated[list[str] | None, typer.Option("--set")] = None,
) -> None:
    """Print the manifests, as `helm template` does."""
    from chartproof.chart import Chart
    from chartproof.render import render
    from chartproof.values import load_values

    sys.stdout.write(str(render(Chart.load(chart), load_values(files or [], sets or []))))


def main() -> None:
    """Run the command line; errors are their message and an exit code, never a traceback."""
    try:
        app()
    except ChartproofError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
