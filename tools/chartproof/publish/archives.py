"""The archives that are to be published, read whole before anything is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartproof import engine
from chartproof.errors import InputError
from chartproof.provenance.files import archive_at, provenance_of
from chartproof.provenance.verify import hold_digest


@dataclass(frozen=True)
class Archive:
    """A chart's archive and its provenance file, as they were when they were read."""

    path: Path
    content: bytes
    provenance: bytes | None
    metadata: Mapping[str, Any]
    """Chart.yaml, as Helm reads it."""

    @property
    def name(self) -> str:
        """The chart's name."""
        return str(self.metadata["name"])

    @property
    def version(self) -> str:
        """The chart's version."""
        return str(self.metadata["version"])

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal, as index.yaml has it."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def file(self) -> str:
        """The name that Helm gives the file: NAME-VERSION.tgz."""
        return f"{self.name}-{self.version}.tgz"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def read_archives(paths: Iterable[Path]) -> Sequence[Archive]:
    """Read archives, each with the .prov file beside it if there is one.

    Raises InputError for what is no chart's archive, has another name than Helm gives it, or is
    given twice; ChartproofError for a provenance file of another archive.
    """
    read: dict[tuple[str, str], Archive] = {}
    for path in paths:
        archive = _read(archive_at(path))
        other = read.setdefault((archive.name, archive.version), archive)
        if other.digest != archive.digest:
            raise InputError(f"{path}: {archive} is given already, as {other.path}")
    return tuple(read.values())


def _read(path: Path) -> Archive:
    content = path.read_bytes()
    try:
        metadata = engine.metadata(content)
    except engine.EngineError as error:
        raise InputError(f"{path}: it is no chart's archive: {error}") from error
    beside = provenance_of(path)
    archive = Archive(path, content, beside.read_bytes() if beside.exists() else None, metadata)
    if path.name != archive.file:
        raise InputError(
            f"{path}: it holds {archive}, so Helm expects it to be named {archive.file}"
        )
    if archive.provenance is not None:
        hold_digest(path, beside, archive.digest)
    return archive
