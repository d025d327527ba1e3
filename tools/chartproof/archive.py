"""Chart archives, packed again with other content."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

Change = Callable[[str, bytes], bytes | None]
"""Gives the new content of a file, by its name and its old one; None leaves the file out."""


def rewritten(archive: bytes, change: Change) -> bytes:
    """Return an archive with every file changed; stored, not deflated, as renders unpack it."""
    packed = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive)) as old,
        tarfile.open(fileobj=packed, mode="w:gz", compresslevel=0) as new,
    ):
        for entry in old:
            file = old.extractfile(entry)
            content = change(entry.name, file.read() if file else b"")
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
