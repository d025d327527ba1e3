"""`chartproof verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Archive = Annotated[Path, typer.Argument(help="The chart's archive.", show_default=False)]
Keyring = Annotated[
    Path | None,
    typer.Option(
        "--keyring", metavar="FILE", help="Public keys, exported; or ~/.gnupg/pubring.gpg."
    ),
]


def verify(archive: Archive, keyring: Keyring = None) -> None:
    """Check that an archive is what its maintainer signed, as `helm verify` does."""
    from chartproof.provenance import verify as check

    verified = check(archive, keyring)
    typer.echo(f"{verified.archive}: sha256:{verified.digest}")
    for name in verified.signed_by:
        typer.echo(f"signed by {name}")
