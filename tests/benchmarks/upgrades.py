"""`python -m tests.benchmarks.upgrades CLONE:PATH:PREFIX...`: judge the releases of charts.

CLONE is a git clone, PATH the folder of a chart in it, PREFIX what its release tags begin with.
The last --count releases are compared, each with the one before. The table tells the step that the
maintainers took and the one that chartproof sees; the last line is all figures as JSON. With --keep
the verdicts are written, a text a pair, to be read one by one. Nothing is fetched but subcharts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from chartproof.diff.level import step
from chartproof.semver import Version

PREVIEW = ("alpha", "beta", "rc")


@dataclass(frozen=True)
class Outcome:
    """What diff said of a pair of releases; `report` is its JSON, None where it failed."""

    chart: str
    old: str
    new: str
    seconds: float
    report: dict[str, Any] | None

    @property
    def taken(self) -> str:
        """The step from version to version."""
        return str(step(self.old, self.new))

    @property
    def found(self) -> str:
        """The step that diff sees."""
        return self.report["level"] if self.report else "failed"

    def rules(self) -> list[str]:
        """The rules behind the step."""
        changes = self.report["changes"] if self.report else []
        return sorted({it["rule"] for it in changes if it["level"] == self.found})


def main() -> None:
    """Print the table, and all figures as JSON in the last line."""
    asked = _arguments()
    outcomes = []
    for source in asked.sources:
        clone, path, prefix = source.split(":")
        for old, new in pairwise(tags(Path(clone), prefix)[-asked.count :]):
            outcomes.append(judged(Path(clone), path, prefix, old, new))
            if asked.keep:
                asked.keep.mkdir(parents=True, exist_ok=True)
                (asked.keep / f"{new}.txt").write_text(text(Path(clone), path, old, new))
    _print(outcomes)


def tags(clone: Path, prefix: str) -> list[str]:
    """Return the release tags with a prefix, by version, without previews."""
    listed = _run(["git", "tag", "--list", f"{prefix}*"], clone).stdout.split()
    versions = {tag: Version.read(tag.removeprefix(prefix)) for tag in listed}
    known = [tag for tag, it in versions.items() if it and not any(word in tag for word in PREVIEW)]
    return sorted(known, key=lambda tag: versions[tag] or (0, 0, 0))


def judged(clone: Path, path: str, prefix: str, old: str, new: str) -> Outcome:
    """Compare two releases."""
    begin = time.perf_counter()
    done = _diff(clone, path, old, new, "--output", "json")
    seconds = time.perf_counter() - begin
    report = json.loads(done.stdout) if done.returncode == 0 else None
    before, after = (tag.removeprefix(prefix) for tag in (old, new))
    return Outcome(Path(path).name, before, after, seconds, report)


def text(clone: Path, path: str, old: str, new: str) -> str:
    """Return what diff says of two releases, or why it cannot."""
    done = _diff(clone, path, old, new)
    return done.stdout + done.stderr


def _diff(
    clone: Path, path: str, old: str, new: str, *words: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from chartproof.cli import main; main()", "diff"]
    return _run([*command, f"{old}:{path}", f"{new}:{path}", *words], clone)


def _print(outcomes: Sequence[Outcome]) -> None:
    table = Table("chart", "from", "to", "step", "verdict", "because of")
    for outcome in outcomes:
        steps = (outcome.taken, outcome.found)
        table.add_row(outcome.chart, outcome.old, outcome.new, *steps, ", ".join(outcome.rules()))
    console = Console(soft_wrap=True, width=180)
    console.print(table)
    print(json.dumps(dict(_figures(outcomes))))


def _figures(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, Any]]:
    done = [outcome for outcome in outcomes if outcome.report]
    yield "pairs", len(outcomes)
    yield "failed", len(outcomes) - len(done)
    yield "told by the version", sum(it.report["isToldByVersion"] for it in done if it.report)
    yield "steps", Counter(f"{outcome.taken}, found {outcome.found}" for outcome in done)
    yield "seconds", round(sum(outcome.seconds for outcome in outcomes), 1)
    yield "longest", round(max((outcome.seconds for outcome in outcomes), default=0), 1)


def _run(words: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+", metavar="CLONE:PATH:PREFIX")
    parser.add_argument("--count", type=int, default=5, help="releases of each chart")
    parser.add_argument("--keep", type=Path, help="folder for the verdicts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
