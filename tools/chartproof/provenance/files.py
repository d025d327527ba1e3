"""The two files that belong together."""

from __future__ import annotations

from pathlib import Path

from chartproof.errors import InputError


def provenance_of(archive: Path) -> Path:
    """Return where an archive's provenance file is: beside it."""
    return archive.with_name(f"{archive.name}.prov")


def archive_at(path: Path) -> Path:
    """Return the path of an archive. Raises InputError where there is none."""
    if path.is_dir():
        raise InputError(f"{path}: expected an archive; make one by: chartproof package {path}")
    if not path.is_file():
        raise InputError(f"{path}: no such archive")
    return path
