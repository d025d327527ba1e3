"""Chart archives, packed again with other content."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterable, Mapping

Files = Mapping[str, bytes]
"""The files of an archive by their names, in its order."""
Change = Callable[[str, bytes], bytes | None]
"""Gives the new content of a file, by its name and its old one; None leaves the file out."""


def rewritten(archive: bytes, change: Change) -> bytes:
    """Return an archive with every file changed."""
    changed = ((name, change(name, content)) for name, content in unpacked(archive).items())
    return packed((name, content) for name, content in changed if content is not None)


def unpacked(archive: bytes) -> Files:
    """Read every file of an archive."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {entry.name: file.read() for entry in tar if (file := tar.extractfile(entry))}


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Make an archive; stored, not deflated, as renders unpack it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", compresslevel=0) as tar:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return made.getvalue()
