"""Chart archives, packed again with other content."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_SCHEMA = re.compile(r"[^/]+(?:/charts/[^/]+)*/values\.schema\.json")
Files = Mapping[str, bytes]
"""The files of an archive by their names, in its order."""
Change = Callable[[str, bytes], bytes | None]
"""Gives the new content of a file, by its name and its old one; None leaves the file out."""


def is_schema(name: str) -> bool:
    """Tell whether a file is the schema of the chart's values, or of a subchart's."""
    return _SCHEMA.fullmatch(name) is not None


def rewritten(files: Files, change: Change) -> bytes:
    """Make an archive of files, each of them changed."""
    changed = ((name, change(name, content)) for name, content in files.items())
    return packed((name, content) for name, content in changed if content is not None)


def unpacked(archive: bytes) -> Files:
    """Read every file of an archive."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {entry.name: file.read() for entry in tar if (file := tar.extractfile(entry))}


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Make an archive; stored, not deflated, as renders unpack it."""
    made = io.BytesIO()
    # In this format an entry costs a quarter of what it costs in the usual one.
    how: dict[str, Any] = {"compresslevel": 0, "format": tarfile.GNU_FORMAT}
    with tarfile.open(fileobj=made, mode="w:gz", **how) as tar:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return made.getvalue()
