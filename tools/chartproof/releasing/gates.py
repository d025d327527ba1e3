"""What has to hold before a version is made.

Every gate but the first is a command that anyone can repeat: nothing is checked here that could
not be seen before.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chartproof.documentation.build import README
from chartproof.documentation.page import has_tables
from chartproof.semver import Version

LAST_LINES = 20
OWN = "chartproof"


@dataclass(frozen=True)
class Candidate:
    """A version as it would be, in a work tree of its own."""

    root: Path
    """The repository's topmost folder."""
    chart: str
    """The chart's folder, from there."""
    version: Version
    last: Version | None = None
    """The release before it."""
    last_tag: str = ""
    coverage: float = 0.0
    """Percent of branches."""
    checks: Sequence[str] = ()
    """The owner's own commands."""


@dataclass(frozen=True)
class Outcome:
    """What a gate found: the last of it in `told`, and all that speaks against a release."""

    gate: str
    told: str
    faults: tuple[str, ...] = ()


def examine(candidate: Candidate) -> Iterator[Outcome]:
    """Give the outcome of every gate, also behind a closed one: all faults come at once."""
    yield follows_the_last(candidate)
    for gate, command in commands(candidate).items():
        yield run(gate, command, candidate.root)


def follows_the_last(candidate: Candidate) -> Outcome:
    """Hold the version against the release before it."""
    last = candidate.last
    if last is None:
        return Outcome("version", "the first release")
    if candidate.version > last:
        return Outcome("version", f"{last} came before")
    fault = f"{candidate.version} does not come after {last}, which is released"
    return Outcome("version", f"{last} came before", (fault,))


def commands(candidate: Candidate) -> Mapping[str, Sequence[str]]:
    """Name each gate and its command; `checks` are the owner's own."""
    gates = {name: make(candidate) for name, make in GATES.items()}
    own = {check: ["sh", "-c", check] for check in candidate.checks}
    return {name: words for name, words in gates.items() if words} | own


def run(gate: str, command: Sequence[str], root: Path) -> Outcome:
    """Run the command of a gate in the topmost folder."""
    is_own = command[0] == OWN
    words = [sys.executable, "-P", "-m", *command] if is_own else command
    done = subprocess.run(
        words,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    lines = [line.rstrip() for line in done.stdout.splitlines() if line.strip()]
    told = lines[-1].strip("= ") if lines else "nothing to say"
    if done.returncode == 0:
        return Outcome(gate, told)
    typed = shlex.join(command) if is_own else command[-1]
    faults = [f"{typed}: exit code {done.returncode}", *lines[-LAST_LINES:]]
    return Outcome(gate, told, tuple(faults))


def _lint(candidate: Candidate) -> Sequence[str]:
    return [OWN, "lint", candidate.chart]


def _test(candidate: Candidate) -> Sequence[str]:
    return [OWN, "test", candidate.chart]


def _coverage(candidate: Candidate) -> Sequence[str]:
    return [OWN, "coverage", candidate.chart, "--fail-under", f"{candidate.coverage:g}"]


def _docs(candidate: Candidate) -> Sequence[str]:
    readme = candidate.root / candidate.chart / README
    is_used = readme.is_file() and has_tables(readme.read_text("utf-8"))
    return [OWN, "docs", candidate.chart, "--check"] if is_used else []


def _diff(candidate: Candidate) -> Sequence[str]:
    if not candidate.last_tag:
        return []
    return [OWN, "diff", f"git:{candidate.last_tag}", candidate.chart, "--strict"]


GATES: Mapping[str, Callable[[Candidate], Sequence[str]]] = {
    "lint": _lint,
    "snapshots": _test,
    "coverage": _coverage,
    "docs": _docs,
    "upgrade": _diff,
}
"""What makes the command of each gate, or nothing where the gate is about something not there."""
