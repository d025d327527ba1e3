"""`chartproof logs`."""

from __future__ import annotations

from typing import Annotated

import typer

from chartproof.commands import options


def logs(
    component: Annotated[str, typer.Argument(help="broker, producer or consumer.")] = "consumer",
    context: options.Context = None,
    engine: options.Engine = None,
    release: options.Release = options.DEFAULT_RELEASE,
    namespace: options.Namespace = options.DEFAULT_NAMESPACE,
) -> None:
    """Follow the logs of all pods of a component, until Ctrl-C."""
    import time

    from chartproof.cluster.logs import following

    with following(component, context, engine, namespace, release):
        while True:
            time.sleep(1)
