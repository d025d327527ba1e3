"""The options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

DEFAULT_RELEASE = "demo"
DEFAULT_NAMESPACE = "rabbitmq-workers"

Context = Annotated[
    str | None,
    typer.Option("--context", help="A context of your kubeconfig; no other is ever touched."),
]
Engine = Annotated[
    str | None,
    typer.Option("--engine", help="k3d, kind, node or processes; else the first usable."),
]
Release = Annotated[str, typer.Option("--release", help="The release's name.")]
Namespace = Annotated[str, typer.Option("--namespace", "-n", help="The release's namespace.")]
