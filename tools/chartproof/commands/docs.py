"""`chartproof docs`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Chart = Annotated[Path, typer.Argument(help="The chart's folder.", show_default=False)]
Pages = Annotated[
    list[Path] | None,
    typer.Option("--page", metavar="FILE", help="A page with tables too; may be repeated."),
]
Check = Annotated[
    bool, typer.Option("--check", help="Write nothing; fail and show what would be written.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Fail on values without a description too.")]


def docs(
    chart: Chart,
    pages: Pages = None,
    check: Check = False,
    strict: Strict = False,
) -> None:
    """Write what values.yaml says of its values into README.md and values.schema.json."""
    import shlex

    from chartproof.documentation import document

    made = document(chart, pages or ())
    for warning in made.warnings:
        typer.echo(f"warning: {warning}", err=True)
    for edit in made.edits:
        if check:
            typer.echo(edit.difference(), nl=False)
        else:
            edit.write()
            typer.echo(edit.file)
    if check and made.edits:
        options = [word for page in pages or () for word in ("--page", str(page))]
        command = shlex.join(["chartproof", "docs", str(chart), *options])
        typer.echo(f"not as values.yaml says; {command} writes it", err=True)
        raise typer.Exit(1)
    if not made.edits:
        typer.echo(f"{chart}: {len(made.values)} values, all told as values.yaml says")
    if strict and made.warnings:
        raise typer.Exit(1)
