"""`chartproof status`."""

from __future__ import annotations

import typer

from chartproof.commands import options


def status(
    context: options.Context = None,
    engine: options.Engine = None,
    release: options.Release = options.DEFAULT_RELEASE,
    namespace: options.Namespace = options.DEFAULT_NAMESPACE,
) -> None:
    """Show the release's pods, its revision and what its queues hold."""
    from chartproof.cluster import progress
    from chartproof.cluster.status import status as look
    from chartproof.cluster.status import table

    console = progress.console()
    found = look(context, engine, namespace, release)
    if found is None:
        console.print("nothing is up; chartproof up brings a chart up")
        raise typer.Exit(1)
    console.print(found.headline, highlight=False)
    if found.members:
        console.print(table(found.members))
    if not found.all_ready:
        raise typer.Exit(1)
