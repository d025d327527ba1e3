"""`make bench-tools`: chartproof's snapshot check beside what others do, as whole processes.

A ratio says how many times as long the other way takes: above 1, chartproof is faster. All ways
take turns, every figure is the median of its runs, and the spread of the runs stands beside it.
Figures that end in `_warm` are of a run that finds everything as an earlier run has left it; the
others are of a run that knows nothing of earlier ones.
No timing fails anything; a run whose checks do not pass does. QUICK=1 is one round of a few cases,
to see that all runs.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from rich.console import Console
from rich.table import Table

from chartproof.errors import ChartproofError
from tests.benchmarks import charts, peers
from tests.benchmarks.measure import Cost, cost, in_turns, noise, one_by_one, typical

CORES = os.cpu_count() or 1

CHECK, CHECK_AGAIN = "chartproof, nothing known", "chartproof, nothing changed since"
COLLECT, COLLECT_BARE = "chartproof, --collect-only", "pytest, --collect-only"
UNITTEST, UNITTEST_PARALLEL = "helm-unittest", f"helm-unittest, {CORES} processes"
TEMPLATE = "helm template, a process a case: a part of them, scaled"
SCHEMAS, KUBECONFORM = "chartproof's schemas alone, that part", "kubeconform, that part"
LINT_CASES = 20
LINT, LINT_AGAIN = "chartproof lint", "chartproof lint, nothing changed since"


@dataclass(frozen=True)
class Size:
    """How much is measured: cases, two smaller numbers of them, a part for what is slow, rounds."""

    cases: int = 400
    fewer: tuple[int, int] = (100, 200)
    part: int = 40
    rounds: int = 3

    @classmethod
    def chosen(cls) -> Self:
        """Read QUICK."""
        return cls(10, (2, 5), 2, 1) if os.environ.get("QUICK") else cls()


def main() -> None:
    """Print a table for each chart, and all figures as JSON in the last line."""
    console, size = Console(width=100), Size.chosen()
    figures: dict[str, dict[str, float]] = {}
    try:
        for kind in charts.CHARTS:
            with TemporaryDirectory() as folder:
                runs = in_turns(ways(Path(folder), kind, size), size.rounds)
            console.print(table(f"{size.cases} cases of the {kind} chart", runs))
            medians = {way: typical(costs) for way, costs in runs.items()}
            for name, figure in compared(medians, size):
                figures.setdefault(name, {})[kind] = round(figure, 2)
    except ChartproofError as error:
        sys.exit(str(error))
    for when in ("", "_warm"):  # our own chart has its own cases, which are no measure for others
        figures[f"lint_own_chart{when}_s"] = {"own": figures[f"lint{when}_s"].pop("own")}
    load = round(os.getloadavg()[0], 1)
    console.print(f"{CORES} cores, load average {load}: above 1, much of it was other work.")
    print(json.dumps({**figures, "load_average": load}))


def ways(folder: Path, kind: str, size: Size) -> Mapping[str, Callable[[], Cost]]:
    """Make the projects of a chart, approve their snapshots, and give what is to be measured."""
    fewer = {count: approved_project(folder, kind, count) for count in size.fewer}
    project = approved_project(folder, kind, size.cases)
    peers.write_suites(project)
    cost(*peers.run_suites(project, "--update-snapshot"))
    first = peers.cases_in(project)[: size.part]
    sample = [peers.helm_template(project, it) for it in first]
    rendered = peers.render_for_schemas(project, first)
    ways = {
        CHECK: partial(cost, peers.check(project)),
        CHECK_AGAIN: partial(cost, peers.check_again(project)),
        UNITTEST: partial(cost, *peers.run_suites(project)),
        UNITTEST_PARALLEL: partial(cost, *peers.run_suites(project, processes=CORES)),
        TEMPLATE: partial(one_by_one, sample, times=size.cases / size.part),
        SCHEMAS: partial(cost, peers.check_schemas(rendered)),
        KUBECONFORM: partial(cost, peers.kubeconform(rendered)),
        COLLECT: partial(cost, peers.collect(project)),
        COLLECT_BARE: partial(cost, peers.collect_bare(project)),
        **{fewer_name(count): partial(cost, peers.check(it)) for count, it in fewer.items()},
    }
    chart = linted_chart(folder, kind)
    cost(peers.lint(chart))
    ways[LINT] = partial(cost, peers.lint(chart, "--no-cache"))
    ways[LINT_AGAIN] = partial(cost, peers.lint(chart))
    return ways


def linted_chart(folder: Path, kind: str) -> Path:
    """Give the chart that is linted: our own with its own cases, or one with a few."""
    if kind == "own":
        return charts.OWN_CHART
    charts.make_project(folder / "lint", kind, LINT_CASES)
    return folder / "lint" / "chart"


def approved_project(folder: Path, kind: str, cases: int) -> Path:
    """Make a project whose snapshots are approved."""
    project = folder / str(cases)
    charts.make_project(project, kind, cases)
    cost(peers.check(project, "--snapshot-update"))
    return project


def fewer_name(cases: int) -> str:
    """Name the check of fewer cases."""
    return f"{CHECK}, {cases} cases"


def compared(medians: Mapping[str, Cost], size: Size) -> Iterator[tuple[str, float]]:
    """Give the figures of the last line."""
    check = medians[CHECK]
    for name, way in {
        "vs_helm_unittest": UNITTEST,
        "vs_helm_unittest_parallel": UNITTEST_PARALLEL,
        "vs_subprocess": TEMPLATE,
    }.items():
        for suffix, own in (("", check), ("_warm", medians[CHECK_AGAIN])):
            yield f"{name}{suffix}", medians[way].wall / own.wall
            yield f"{name}_cpu{suffix}", medians[way].cpu / own.cpu
    yield "schemas_vs_kubeconform", medians[KUBECONFORM].wall / medians[SCHEMAS].wall
    yield "collect_overhead_s", medians[COLLECT].wall - medians[COLLECT_BARE].wall
    yield "peak_mb", check.peak_mb
    yield "peak_mb_warm", medians[CHECK_AGAIN].peak_mb
    fewest = min(size.fewer)
    yield f"growth_{fewest}_to_{size.cases}_cases", check.wall / medians[fewer_name(fewest)].wall
    yield "lint_s", medians[LINT].wall
    yield "lint_warm_s", medians[LINT_AGAIN].wall


def table(title: str, runs: Mapping[str, Sequence[Cost]]) -> Table:
    """Lay out what was measured."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("seconds", "spread", "processor s", "peak MB"):
        table.add_column(heading, justify="right")
    for way, costs in runs.items():
        median = typical(costs)
        cells = f"{median.wall:.2f}", f"{noise(costs):.0%}", f"{median.cpu:.2f}"
        table.add_row(way, *cells, f"{median.peak_mb:.0f}")
    return table


if __name__ == "__main__":
    main()
