"""What earlier runs have found out, in files that any number of processes share.

An entry carries the digest of what it says, so that one that is damaged is none. It is written
beside its place and then moved there: whoever reads it sees all of it or the one before. What was
used longest ago goes first, once entries are too many or too large together.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from chartproof.digest import digest

KEPT_ENTRIES = 200
KEPT_BYTES = 64_000_000


@dataclass(frozen=True)
class Memory:
    """Texts by keys, in a folder. What cannot be read or written is not remembered."""

    folder: Path

    def recall(self, key: str) -> bytes | None:
        """Return what was kept under a key, None where there is nothing or it is damaged."""
        file = self.folder / key
        with suppress(OSError):
            found, _, content = file.read_bytes().partition(b"\n")
            if found.decode(errors="replace") == digest(key.encode(), content):
                os.utime(file)
                return content
        return None

    def keep(self, key: str, content: bytes) -> None:
        """Remember a text under a key, the last one where several processes do."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
                file.write(digest(key.encode(), content).encode() + b"\n" + content)
            Path(file.name).replace(self.folder / key)
            self._forget()

    def _forget(self) -> None:
        """Remove what was used longest ago, and what was never finished with it."""
        found = []
        for file in self.folder.iterdir():
            with suppress(OSError):  # another process may have removed it
                found.append((file.stat().st_mtime_ns, file.stat().st_size, file))
        size = 0
        for count, (_, bytes_of_file, file) in enumerate(sorted(found, reverse=True)):
            size += bytes_of_file
            if count >= KEPT_ENTRIES or size > KEPT_BYTES:
                file.unlink(missing_ok=True)
