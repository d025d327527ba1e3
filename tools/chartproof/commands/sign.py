"""`chartproof sign`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Archive = Annotated[Path, typer.Argument(help="The chart's archive.", show_default=False)]
Key = Annotated[
    str, typer.Option("--key", metavar="NAME", help="The key: a name, address or fingerprint.")
]
Keyring = Annotated[
    Path | None,
    typer.Option(
        "--keyring", metavar="FILE", help="Secret keys, exported; else GnuPG signs with its agent."
    ),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="FILE", help="Its first line unlocks the key."),
]


def sign(
    archive: Archive,
    key: Key,
    keyring: Keyring = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write ARCHIVE.prov, by which `helm verify` and `helm pull --verify` know who made it."""
    from chartproof.provenance import sign as write

    typer.echo(write(archive, key, keyring, passphrase_file))
