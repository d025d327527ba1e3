"""Cases that an earlier run has found as approved, so that nothing has to be rendered again.

What is remembered of a case is the digest of the snapshots it renders to, under the digest of
all that they depend on: every file that Helm reads of the chart, the case and its values, the
libraries, and chartproof's own code. Only what is sure to render alike is remembered. A wrong or
damaged entry matches no snapshots, and the case is rendered.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from chartproof.cases import Case
from chartproof.digest import digest, of_case, of_chart, of_program
from chartproof.snapshot.settings import CASES

KEPT_STATES = 20
"""So many states of charts are remembered, for who goes back and forth between branches."""

_ENTRY = re.compile(rb"^([0-9a-f]{64}) ([0-9a-f]{64})$", re.MULTILINE)
_LIBRARIES = ("helm-python-sdk", "pyyaml")


class Known:
    """What is known of a chart's cases, in a file of its own for each state of the chart."""

    def __init__(self, folder: Path, chart: Path) -> None:
        self._file = folder / digest(of_program(_LIBRARIES), of_chart(chart, {CASES}))
        self._new: dict[str, str] = {}
        try:
            entries = _ENTRY.findall(self._file.read_bytes())
        except OSError:
            entries = []
        self._known = {key.decode(): found.decode() for key, found in entries}

    def __bool__(self) -> bool:
        return bool(self._known)

    def snapshots(self, case: Case) -> str | None:
        """Return the digest of the snapshots that the case renders to, or None."""
        return self._known.get(of_case(case))

    def learn(self, case: Case, snapshots: str) -> None:
        """Remember the digest of the snapshots that the case renders to each time."""
        self._new[of_case(case)] = snapshots

    def write(self) -> None:
        """Add what is new to the file, in one go, as other processes do."""
        if not self._new:
            return
        lines = "".join(f"{key} {found}\n" for key, found in self._new.items())
        # What cannot be remembered is found out again.
        with suppress(OSError):
            with self._file.open("ab", buffering=0) as file:
                file.write(lines.encode())
            states = sorted(self._file.parent.iterdir(), key=lambda it: it.stat().st_mtime)
            for state in states[:-KEPT_STATES]:
                state.unlink(missing_ok=True)
