"""`make bench-workers`: the workers beside every other way to use RabbitMQ from Python.

One producer process, then one consumer process, on one broker with one quorum queue; messages of
256 bytes, persistent, mandatory and confirmed. All contestants take turns; each figure is the
median of its runs, those apart in which others used the machine. ONLY=TEXT runs the contestants
with that text in their names, QUICK=1 one short round of all. No timing fails anything.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from chartproof.errors import ChartproofError
from tests.benchmarks.workers import busy, environment, growth, ours, page, peers, plot, three
from tests.benchmarks.workers.broker import prepare
from tests.benchmarks.workers.ours import Own
from tests.benchmarks.workers.peers import Peer
from tests.benchmarks.workers.report import Runs, ratios, share, table
from tests.benchmarks.workers.sample import Sample
from tests.benchmarks.workers.timing import Timing
from tests.support.broker import Broker

ONLY = os.environ.get("ONLY", "")
PICTURE = Path(__file__).parents[3] / "docs/images/workers-speed.svg"


def main() -> None:
    """Print tables, and all ratios as JSON in the last line."""
    console = Console(width=110)
    timing = Timing.from_environment()
    try:
        with Broker() as broker:
            measure(console, prepare(broker), timing)
    except ChartproofError as error:
        sys.exit(str(error))


def measure(console: Console, url: str, timing: Timing) -> None:
    """Run all contestants; the pages of docs/ are written by a run of all of them only."""
    publish = in_turns((*ours.PUBLISHERS, *able(console, peers.PUBLISHERS)), url, timing)
    console.print(table("publish, confirmed", publish))
    consume = in_turns((*ours.CONSUMERS, *able(console, peers.CONSUMERS)), url, timing)
    console.print(table("consume, acknowledged", consume))
    figures = {name: round(value, 3) for name, value in ratios(publish, consume)}
    if not ONLY:
        scaled = in_turns(ours.SCALED, url, timing)
        console.print(table("several consumers of one queue", scaled))
        figures |= own_figures(url, timing)
        replicated = three.run(timing)
        publish = {**publish, **replicated["publish"]}
        consume = {**consume, **replicated["consume"]}
        console.print(table("three brokers", {**replicated["publish"], **replicated["consume"]}))
        figures |= {
            "publish_3_brokers_vs_1": share(publish, "workers, 500 in flight"),
            "consume_3_brokers_vs_1": share(consume, "workers, 8 threads"),
        }
        curves = plot.curves(url, timing)
        if timing == Timing.thorough():
            plot.draw(curves, PICTURE)
            page.write(publish, consume, scaled, figures)
    print(json.dumps({**figures, "load_average": round(os.getloadavg()[0], 1)}))


def able(console: Console, contestants: Sequence[Peer]) -> Sequence[Peer]:
    """Leave out, and tell, what this machine cannot run."""
    left_out = {each.name: environment.available(each.command) for each in contestants}
    for why in filter(None, left_out.values()):
        console.print(why)
    return [each for each in contestants if left_out[each.name] is None]


def in_turns(contestants: Sequence[Own | Peer], url: str, timing: Timing) -> Runs:
    """Run every contestant once a round; one that others disturbed runs once more."""
    chosen = [each for each in contestants if ONLY in each.name]
    runs: dict[str, list[Sample]] = {each.name: [] for each in chosen}
    for _ in range(timing.rounds):
        for each in chosen:
            sample = each.run(url, timing)
            if not sample.is_clean:
                runs[each.name].append(sample)
                sample = each.run(url, timing)
            runs[each.name].append(sample)
    return runs


def own_figures(url: str, timing: Timing) -> dict[str, float]:
    """Measure what only concerns the workers: busy threads, processes, memory."""
    figures = {
        f"busy_share_{round(work_s * 1000)}_ms": busy.busy_share(url, timing, work_s)
        for work_s in busy.SLOW_HANDLERS
    }
    rates = busy.compute_rates(url, timing)
    figures["processes_vs_threads"] = rates["processes"] / rates["threads"]
    is_short = timing.seconds < Timing.thorough().seconds
    grown = growth.growth_mb(url, growth.MESSAGES // 10 if is_short else growth.MESSAGES)
    figures["memory_growth_mb"] = max(grown.values())
    return {name: round(value, 3) for name, value in figures.items()}


if __name__ == "__main__":
    main()
