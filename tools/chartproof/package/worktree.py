"""What git knows of a chart's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chartproof.errors import ChartproofError, InputError
from chartproof.git import Git

SHOWN = 10


@dataclass(frozen=True)
class WorkTree(Git):
    """A folder in a clone."""

    @classmethod
    def around(cls, folder: Path) -> Self | None:
        """Return the folder's work tree, or None where git does not know it."""
        tree = cls(folder)
        try:
            return tree if tree.top else None
        except ChartproofError:  # there is no git at all
            return None

    def files(self, untracked: bool = False) -> list[Path]:
        """Return the tracked files that are there, and on request those that may become so."""
        asked = ["--cached", *(["--others", "--exclude-standard"] if untracked else [])]
        listed = self.git("ls-files", "-z", *asked, "--", ".").split("\0")
        found = sorted({Path(name) for name in listed if name})
        return [path for path in found if (self.folder / path).exists()]

    def changes(self) -> list[str]:
        """Return git's short lines on what differs from the last commit: `M file`, `?? file`.

        What a link leads to outside the folder is looked at too.
        """
        targets = {".", *self._linked()}
        status = self.git("status", "--porcelain", "-z", "--", *sorted(targets))
        return [" ".join(line.split(maxsplit=1)) for line in status.split("\0") if line.strip()]

    def _linked(self) -> list[str]:
        links = (self.folder / path for path in self.files())
        return [str(link.resolve()) for link in links if link.is_symlink()]


def refuse(changes: Sequence[str], folder: Path) -> None:
    """Raise InputError that lists what was changed since the last commit, if anything was."""
    if not changes:
        return
    shown = "\n".join(f"  {change}" for change in changes[:SHOWN])
    more = f"\n  and {len(changes) - SHOWN} more" if len(changes) > SHOWN else ""
    raise InputError(
        f"{folder}: these differ from the last commit, so no other clone could make this archive;"
        f" commit them, or give --allow-dirty:\n{shown}{more}"
    )
