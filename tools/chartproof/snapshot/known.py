"""Cases that an earlier run has found as approved, so that nothing has to be rendered again.

What is remembered of a case is the digest of the snapshots it renders to, under the digest of
all that they depend on: every file that Helm reads of the chart, the case and its values, the
libraries, and chartproof's own code. Only what is sure to render alike is remembered. A wrong or
damaged entry matches no snapshots, and the case is rendered.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import chartproof
from chartproof.cases import Case
from chartproof.snapshot.settings import CASES

KEPT_STATES = 20
"""So many states of charts are remembered, for who goes back and forth between branches."""

_ENTRY = re.compile(rb"^([0-9a-f]{64}) ([0-9a-f]{64})$", re.MULTILINE)
_LIBRARIES = ("helm-python-sdk", "pyyaml")
_IGNORES_CASES = frozenset({"ci", "ci/", "/ci", "/ci/"})


class Known:
    """What is known of a chart's cases, in a file of its own for each state of the chart."""

    def __init__(self, folder: Path, chart: Path) -> None:
        self._file = folder / _digest(_program(), _chart(chart))
        self._new: dict[str, str] = {}
        try:
            entries = _ENTRY.findall(self._file.read_bytes())
        except OSError:
            entries = []
        self._known = {key.decode(): digest.decode() for key, digest in entries}

    def __bool__(self) -> bool:
        return bool(self._known)

    def snapshots(self, case: Case) -> str | None:
        """Return the digest of the snapshots that the case renders to, or None."""
        return self._known.get(_key(case))

    def learn(self, case: Case, snapshots: str) -> None:
        """Remember the digest of the snapshots that the case renders to each time."""
        self._new[_key(case)] = snapshots

    def write(self) -> None:
        """Add what is new to the file, in one go, as other processes do."""
        if not self._new:
            return
        lines = "".join(f"{key} {digest}\n" for key, digest in self._new.items())
        # What cannot be remembered is found out again.
        with suppress(OSError):
            with self._file.open("ab", buffering=0) as file:
                file.write(lines.encode())
            states = sorted(self._file.parent.iterdir(), key=lambda it: it.stat().st_mtime)
            for state in states[:-KEPT_STATES]:
                state.unlink(missing_ok=True)


def _key(case: Case) -> str:
    """Digest a case: all its fields, and the content of its files."""
    contents = []
    for file in case.files:
        try:
            contents.append(file.read_bytes())
        except OSError as error:
            contents.append(repr(error).encode())
    return _digest(repr(case).encode(), *contents)


@cache
def _program() -> bytes:
    """Digest chartproof's own code, and what it renders and reads with."""
    sources = sorted(Path(chartproof.__file__).parent.rglob("*.py"))
    libraries = [f"{name} {version(name)}".encode() for name in _LIBRARIES]
    return _digest(*libraries, *(source.read_bytes() for source in sources)).encode()


def _chart(folder: Path) -> bytes:
    """Digest every file of a chart, but its cases where Helm is told to ignore them."""
    parts = []
    for path in _files(folder):
        parts += [os.path.relpath(path, folder).encode(), path.read_bytes()]
    return _digest(*parts).encode()


def _files(folder: Path) -> Iterator[Path]:
    """List the files in order, those behind links too."""
    left_out = CASES if _ignores_cases(folder) else ""
    for root, folders, names in os.walk(folder, followlinks=True):
        if root == str(folder) and left_out in folders:
            folders.remove(left_out)
        folders[:] = sorted(it for it in folders if not _leads_back(Path(root, it)))
        yield from (path for name in sorted(names) if (path := Path(root, name)).is_file())


def _leads_back(folder: Path) -> bool:
    """Tell whether a folder is a link to one that it is in."""
    return folder.is_symlink() and folder.parent.resolve().is_relative_to(folder.resolve())


def _ignores_cases(folder: Path) -> bool:
    """Tell whether .helmignore plainly names ci/, and takes nothing back."""
    try:
        rules = {line.strip() for line in (folder / ".helmignore").read_text().splitlines()}
    except (OSError, UnicodeDecodeError):
        return False
    return not rules.isdisjoint(_IGNORES_CASES) and not any(it.startswith("!") for it in rules)


def _digest(*parts: bytes) -> str:
    """Return the SHA-256 of parts, in hexadecimal; where one ends and the next begins counts."""
    seen = hashlib.sha256()
    for part in parts:
        seen.update(b"%d\0" % len(part) + part)
    return seen.hexdigest()
