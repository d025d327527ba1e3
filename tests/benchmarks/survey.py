"""`python -m tests.benchmarks.survey FOLDER...`: lint every chart that is found in folders.

Each chart is one process, with its defaults and all cases of its ci/, and has --seconds of time.
The table tells its cases, its time and its findings; the last line is all figures as JSON. With
--keep the findings themselves are written, a JSON file a chart, to be read one by one: a count
alone does not tell a fault from a false alarm. Dependencies have to be in charts/ already: nothing
is fetched.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from chartproof import yamlio
from chartproof.project.file import cases_of

DONE, TIMED_OUT, FAILED = "done", "out of time", "failed"


@dataclass(frozen=True)
class Outcome:
    """What lint said of a chart; `state` is `FAILED` where it ended with anything but findings."""

    chart: str
    version: str
    cases: int
    seconds: float
    state: str
    findings: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    said: str = ""

    def count(self, severity: str) -> int:
        """Count its findings of a severity."""
        return sum(finding["severity"] == severity for finding in self.findings)


def main() -> None:
    """Print the tables, and all figures as JSON in the last line."""
    asked = _arguments()
    charts = [chart for folder in asked.folders for chart in charts_in(folder)]
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)

    def work(chart: Path) -> Outcome:
        outcome = survey(chart, asked.seconds)
        if asked.keep:
            name = f"{chart.parent.name}-{outcome.chart}.json"
            (asked.keep / name).write_text(json.dumps(asdict(outcome), indent=1))
        return outcome

    with ThreadPoolExecutor(asked.processes) as pool:
        outcomes = list(pool.map(work, charts))
    console = Console(width=100)
    console.print(table_of_charts(outcomes))
    console.print(table_of_rules(outcomes))
    print(json.dumps(figures(outcomes)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Lint every chart that is found in folders.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=120, help="the time each chart has")
    parser.add_argument("--processes", type=int, default=1, help="charts at once")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where findings are written")
    return parser.parse_args()


def charts_in(folder: Path) -> Iterator[Path]:
    """Find the charts in a folder that can be installed: no library, no subchart of another."""
    for file in sorted(folder.rglob("Chart.yaml")):
        chart = file.parent
        above = (parent / "Chart.yaml" for parent in chart.parents if parent != folder.parent)
        if any(one.is_file() for one in above):
            continue
        if metadata(chart).get("type") != "library":
            yield chart


def metadata(chart: Path) -> dict[str, Any]:
    """Read Chart.yaml."""
    fields = yamlio.load((chart / "Chart.yaml").read_text())
    return fields if isinstance(fields, dict) else {}


def survey(chart: Path, seconds: float) -> Outcome:
    """Lint a chart in a process of its own."""
    about = metadata(chart)
    command = "from chartproof.cli import main; main()"
    words = [sys.executable, "-c", command, "lint", str(chart), "--output", "json"]
    begin = time.perf_counter()
    state, said, findings = DONE, "", []
    try:
        ended = subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False)
        said = ended.stderr
        findings = json.loads(ended.stdout)
    except subprocess.TimeoutExpired:
        state = TIMED_OUT
    except json.JSONDecodeError:
        state = FAILED
    return Outcome(
        str(about.get("name", chart.name)),
        str(about.get("version", "")),
        1 + len(cases_of(chart)),
        round(time.perf_counter() - begin, 2),
        state,
        findings,
        said,
    )


def table_of_charts(outcomes: Sequence[Outcome]) -> Table:
    """Lay out a row for each chart."""
    table = Table("chart", "version", title=f"{len(outcomes)} charts", title_justify="left")
    for heading in ("cases", "seconds", "errors", "warnings", "notes"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for outcome in outcomes:
        counts = (str(outcome.count(severity)) for severity in ("error", "warning", "note"))
        state = "" if outcome.state == DONE else outcome.state
        seconds = f"{outcome.seconds:.1f}"
        table.add_row(outcome.chart, outcome.version, str(outcome.cases), seconds, *counts, state)
    return table


def table_of_rules(outcomes: Sequence[Outcome]) -> Table:
    """Lay out a row for each rule and severity, with how many charts show it."""
    table = Table("rule", "severity", title="findings", title_justify="left")
    for heading in ("findings", "charts"):
        table.add_column(heading, justify="right")
    found: Counter[tuple[str, str]] = Counter()
    charts: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        of_chart = Counter((one["rule"], one["severity"]) for one in outcome.findings)
        found.update(of_chart)
        charts.update(of_chart.keys())
    for rule, severity in sorted(found):
        table.add_row(rule, severity, str(found[rule, severity]), str(charts[rule, severity]))
    return table


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Sum up: counts of charts, cases and findings, and the time a chart takes."""
    times = [outcome.seconds for outcome in outcomes] or [0.0]
    return {
        "charts": len(outcomes),
        "cases": sum(outcome.cases for outcome in outcomes),
        "failed": [outcome.chart for outcome in outcomes if outcome.state == FAILED],
        "out_of_time": [outcome.chart for outcome in outcomes if outcome.state == TIMED_OUT],
        "median_s": round(median(times), 2),
        "longest_s": max(times),
        **{
            f"{severity}s": sum(outcome.count(severity) for outcome in outcomes)
            for severity in ("error", "warning", "note")
        },
    }


if __name__ == "__main__":
    main()
