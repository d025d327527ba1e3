"""Writing a provenance file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

from chartproof import engine
from chartproof.cluster.shell import run
from chartproof.errors import ChartproofError, InputError
from chartproof.provenance.files import archive_at, provenance_of


def sign(
    archive: Path,
    key: str,
    keyring: Path | None = None,
    passphrase_file: Path | None = None,
) -> Path:
    """Sign an archive and return the path of its provenance file.

    `key` is a key's user name, address or fingerprint. With a `keyring`, a file of secret keys as
    `gpg --export-secret-keys` writes it, Helm signs; without one GnuPG does, with its agent, so
    that the key may also be on a card. Raises InputError where no key can be used.
    """
    archive_at(archive)
    target = provenance_of(archive)
    if keyring is None:
        signed = _by_gnupg(message(archive), key, passphrase_file)
        part = target.with_suffix(".part")
        part.write_text(signed)
        part.replace(target)
        return target
    if not keyring.is_file():
        raise InputError(f"--keyring {keyring}: no such file")
    try:
        engine.sign(archive, key, keyring, passphrase_file)
    except engine.EngineError as error:
        raise InputError(f"{archive}: it could not be signed by {key!r}: {error}") from error
    return target


def message(archive: Path) -> str:
    """Return what is signed: the chart's metadata and the archive's digest, as Helm words it."""
    content = archive.read_bytes()
    metadata = yaml.safe_dump(engine.metadata(content), allow_unicode=True)
    digest = hashlib.sha256(content).hexdigest()
    return f"{metadata}\n...\nfiles:\n  {archive.name}: sha256:{digest}\n"


def _by_gnupg(text: str, key: str, passphrase_file: Path | None) -> str:
    words = ["gpg", "--batch", "--yes", "--armor", "--digest-algo", "SHA512", "--local-user", key]
    if passphrase_file:
        words += ["--pinentry-mode", "loopback", "--passphrase-file", str(passphrase_file)]
    try:
        return run([*words, "--clearsign"], input=text).stdout
    except ChartproofError as error:
        raise InputError(f"GnuPG cannot sign by {key!r}: {error}") from error
