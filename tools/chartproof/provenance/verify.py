"""Checking a provenance file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chartproof import engine
from chartproof.errors import ChartproofError, InputError
from chartproof.provenance.files import archive_at, provenance_of

PUBLIC_KEYS = Path("~/.gnupg/pubring.gpg")
"""Where Helm looks too. GnuPG 2.1 and newer keep theirs elsewhere and have to export them."""
DIGEST = re.compile(r"^\s*(?P<name>\S+\.tgz): sha256:(?P<digest>[0-9a-f]{64})\s*$", re.M)


@dataclass(frozen=True)
class Verified:
    """An archive whose signature holds."""

    archive: Path
    digest: str
    signed_by: Sequence[str]
    """The names of the key: `Name (comment) <address>`."""


def verify(archive: Path, keyring: Path | None = None) -> Verified:
    """Check an archive against its provenance file and the public keys in `keyring`.

    Raises InputError where a file is missing, and ChartproofError that says what does not hold:
    the archive was changed, the signature was, or the key is not in the keyring.
    """
    archive_at(archive)
    provenance = provenance_of(archive)
    if not provenance.is_file():
        raise InputError(f"{archive}: it is not signed: there is no {provenance.name} beside it")
    keys = (keyring or PUBLIC_KEYS).expanduser()
    if not keys.is_file():
        raise InputError(f"--keyring {keys}: no such file; make one by: gpg --export > {keys.name}")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    hold_digest(archive, provenance, digest)
    try:
        found = engine.verify(archive, keys)
    except engine.EngineError as error:
        raise ChartproofError(f"{archive}: {_reason(str(error), keys)}") from error
    return Verified(archive, digest, found["signed_by"])


def is_signed(archive: Path) -> bool:
    """Tell whether a provenance file beside an archive is about just these bytes, by any key."""
    provenance = provenance_of(archive)
    if not provenance.is_file():
        return False
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    try:
        hold_digest(archive, provenance, digest)
    except ChartproofError:
        return False
    return True


def hold_digest(archive: Path, provenance: Path, digest: str) -> None:
    """Raise ChartproofError that says which archive was signed where it is not this one.

    Helm says only that two digests differ. No signature is checked here.
    """
    text = provenance.read_text("utf-8", errors="replace")
    named = {it["name"]: it["digest"] for it in DIGEST.finditer(text)}
    if archive.name not in named:
        signed = ", ".join(named) or "no archive"
        raise ChartproofError(f"{provenance}: it is for {signed}, not for {archive.name}")
    if named[archive.name] != digest:
        raise ChartproofError(
            f"{archive}: it is not what was signed: its digest is sha256:{digest},"
            f" {provenance.name} has sha256:{named[archive.name]}"
        )


def _reason(said: str, keys: Path) -> str:
    if "unknown entity" in said:
        return f"it is signed by a key that is not in {keys}"
    if "signature" in said or "hash tag" in said:
        return f"its signature does not hold: {said}"
    return said
