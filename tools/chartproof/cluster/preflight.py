"""What this machine can run a release on, as one table with a remedy a line."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chartproof.cluster.engine import Check, ClusterEngine, Engine
from chartproof.errors import InputError

LONG_S = 60


@dataclass(frozen=True)
class Candidate:
    """An engine, and what its check said."""

    engine: Engine
    check: Check


def survey(engines: Sequence[Engine]) -> list[Candidate]:
    """Check every engine."""
    return [Candidate(engine, engine.check()) for engine in engines]


def table(surveyed: Sequence[Candidate]) -> Table:
    """Show each candidate: usable or not, why, and the remedy or how long the start takes."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("engine", "usable", "why", "start, or what would make it usable"):
        shown.add_column(column, overflow="fold")
    for candidate in surveyed:
        check = candidate.check
        verdict = Text("yes", style="green") if check.usable else Text("no", style="red")
        outlook = f"about {duration(check.first_start_s)}" if check.usable else check.remedy
        shown.add_row(candidate.engine.name, verdict, Text(check.reason), Text(outlook))
    return shown


def refuse(surveyed: Sequence[Candidate]) -> InputError:
    """Return the error that says that no candidate is usable, and what would help."""
    text = io.StringIO()
    Console(file=text, width=120).print(table(surveyed))
    return InputError(f"nothing here can run a release:\n\n{text.getvalue().rstrip()}")


def patience(chosen: Candidate, surveyed: Sequence[Candidate]) -> str | None:
    """Say how long a long first start takes, and which engine would be quicker; else None."""
    seconds = chosen.check.first_start_s
    if seconds <= LONG_S:
        return None
    clusters = [found for found in surveyed if isinstance(found.engine, ClusterEngine)]
    quicker = min(clusters, key=lambda found: found.check.first_start_s, default=chosen)
    said = f"{chosen.engine.name}: the first start takes about {duration(seconds)}, once"
    if quicker.check.first_start_s >= seconds:
        return said
    start = f"about {duration(quicker.check.first_start_s)}"
    remedy = "" if quicker.check.usable else f", if you {quicker.check.remedy}"
    return f"{said}; {quicker.engine.name} would take {start}{remedy}"


def duration(seconds: float) -> str:
    """Write seconds as a person would: 40 s, 5 min."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
