"""`make bench-render`: how long the own chart takes to render, by its defaults and in full.

In process it is Helm's engine alone, over a chart that is loaded once, as in every test; beside it
`helm template` as a whole process. The two take turns; every figure is the median of its runs.
"""

from __future__ import annotations

import json
import os
import time
from functools import partial
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from chartproof.chart import Chart
from chartproof.options import RenderOptions
from chartproof.render import render_files
from chartproof.values import load_values
from tests.benchmarks.measure import Command, cost, in_turns, typical
from tests.support.tools import HELM4
from tests.support.words import Words

CHART = Path(__file__).parents[2] / "chart"
CASES = {"defaults": [], "everything-on": [CHART / "ci/everything-on-values.yaml"]}
ROUNDS = 5
RENDERS = 50


def main() -> None:
    """Print a table, and all figures as JSON in the last line."""
    chart = Chart.load(CHART)
    processes = in_turns(
        {case: partial(cost, helm_template(files)) for case, files in CASES.items()}, ROUNDS
    )
    figures: dict[str, float] = {}
    table = Table(title="one render of the chart, ms", title_justify="left")
    for heading in ("case", "in process", "helm template"):
        table.add_column(heading, justify="left" if heading == "case" else "right")
    for case, files in CASES.items():
        inside = in_process_ms(chart, files)
        outside = typical(processes[case]).wall * 1000
        table.add_row(case, f"{inside:.1f}", f"{outside:.0f}")
        name = case.replace("-", "_")
        figures[f"{name}_ms"] = round(inside, 2)
        figures[f"{name}_helm_template_ms"] = round(outside, 1)
    Console(width=100).print(table)
    print(json.dumps({**figures, "load_average": round(os.getloadavg()[0], 1)}))


def in_process_ms(chart: Chart, files: list[Path]) -> float:
    """Return the milliseconds of one render to text, the first ones left out."""
    values, options = load_values(files), RenderOptions()
    times = []
    for _ in range(RENDERS):
        begin = time.perf_counter()
        render_files(chart, values, options)
        times.append(time.perf_counter() - begin)
    return median(times[RENDERS // 5 :]) * 1000


def helm_template(files: list[Path]) -> Command:
    """Render by the command of Helm 4."""
    words: Words = [HELM4.path(), "template", "release-name", CHART]
    return Command([*words, *(word for file in files for word in ("-f", file))], CHART, "kind: ")


if __name__ == "__main__":
    main()
