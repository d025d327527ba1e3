"""`chartproof up`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartproof.commands import options

if TYPE_CHECKING:
    from chartproof.cluster.progress import Progress
    from chartproof.cluster.up import Outcome, Request

VERBS = ("status", "logs consumer", "down")


def up(
    chart: Annotated[Path, typer.Argument(help="The chart's folder.")] = Path("chart"),
    files: Annotated[
        list[Path] | None, typer.Option("--values", "-f", help="A values file; may be repeated.")
    ] = None,
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="A value, KEY=VALUE; may be repeated.")
    ] = None,
    context: options.Context = None,
    engine: options.Engine = None,
    nodes: Annotated[
        int, typer.Option("--nodes", min=1, max=3, help="Nodes of a new cluster.")
    ] = 1,
    release: options.Release = options.DEFAULT_RELEASE,
    namespace: options.Namespace = options.DEFAULT_NAMESPACE,
) -> None:
    """Bring a chart up on a cluster, run its tests and prove that no message is lost."""
    from chartproof.cluster.progress import Progress
    from chartproof.cluster.up import Request
    from chartproof.cluster.up import up as bring_up

    progress = Progress()
    request = Request(
        chart=chart,
        files=files or (),
        sets=sets or (),
        release=release,
        namespace=namespace,
        context=context,
        engine=engine,
        nodes=nodes,
    )
    outcome = bring_up(request, progress)
    show(outcome, next_commands(request), progress)
    if outcome.proof and not outcome.proof.proven:
        raise typer.Exit(1)


def show(outcome: Outcome, following: str, progress: Progress) -> None:
    """Print what a run of `up` came to: the stages' times, what to do next, the proof."""
    from chartproof.cluster.progress import timing_table
    from chartproof.cluster.proof import table, verdict

    console = progress.console
    console.print()
    console.print(timing_table(progress.timings, progress.seconds))
    console.print()
    if outcome.kubeconfig:
        progress.note(f"export KUBECONFIG={outcome.kubeconfig}\n")
    for text in (outcome.notes, following, outcome.caveat):
        if text:
            progress.note(f"{text.strip()}\n")
    if outcome.proof:
        console.print(table(outcome.proof))
        for line in outcome.proof.lost_lines():
            progress.note(f"  lost: {line}")
        progress.note(verdict(outcome.proof))


def next_commands(request: Request) -> str:
    """Return the commands that belong to a release, each with the options that find it."""
    found = {
        "context": (request.context, None),
        "engine": (request.engine, None),
        "release": (request.release, options.DEFAULT_RELEASE),
        "namespace": (request.namespace, options.DEFAULT_NAMESPACE),
    }
    given = [f" --{name} {value}" for name, (value, usual) in found.items() if value != usual]
    commands = [f"  {sys.argv[0]} {verb}{''.join(given)}" for verb in VERBS]
    return "\n".join(["Look at it, follow the messages, take it away:", *commands])
