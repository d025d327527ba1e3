"""`chartproof release`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartproof.commands.publish import PlainHttp, RegistryConfig
from chartproof.commands.sign import Keyring, PassphraseFile

if TYPE_CHECKING:
    from chartproof.releasing.gates import Outcome

Chart = Annotated[Path, typer.Argument(help="The chart's folder.", show_default=False)]
Version = Annotated[str, typer.Argument(help="The version to make of it.", show_default=False)]
Apply = Annotated[
    bool, typer.Option("--apply", help="Do it; else it is only shown what would be done.")
]
Remote = Annotated[
    str | None,
    typer.Option("--push", metavar="REMOTE", help="Push branch and tag, before publishing."),
]
Key = Annotated[
    str | None, typer.Option("--key", metavar="NAME", help="Sign by this key; see `sign`.")
]


def release(
    chart: Chart,
    version: Version,
    apply: Apply = False,
    push: Remote = None,
    key: Key = None,
    keyring: Keyring = None,
    passphrase_file: PassphraseFile = None,
    plain_http: PlainHttp = False,
    registry_config: RegistryConfig = None,
) -> None:
    """Make a version: hold all gates, commit, tag, pack, sign, publish. Run it again to go on."""
    from chartproof.publish import Settings
    from chartproof.releasing import Signing
    from chartproof.releasing import release as make

    is_open = make(
        chart,
        version,
        apply=apply,
        say=say,
        remote=push,
        signing=Signing(key, keyring, passphrase_file) if key else None,
        publishing=Settings(
            push=push is not None,
            remote=push or "origin",
            plain_http=plain_http,
            registry_config=registry_config,
        ),
    )
    if not is_open:
        typer.echo(f"{version} is not released: see what failed above", err=True)
        raise typer.Exit(1)
    if not apply:
        typer.echo("nothing was changed; run it again with --apply")


def say(outcome: Outcome) -> None:
    """Print what a step came to, and below it what speaks against it."""
    first, *rest = outcome.told.splitlines() or [""]
    typer.echo(f"{'FAILED' if outcome.faults else 'ok':<8}{outcome.gate:<12}{first}")
    for line in (*rest, *outcome.faults):
        typer.echo(f"        {line}")
