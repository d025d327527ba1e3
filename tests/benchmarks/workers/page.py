"""The page of docs/ that shows a run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.workers.report import Runs, markdown

PAGE = Path(__file__).parents[3] / "docs/worker-speed.md"
MEANINGS = {
    "publish_vs_blocking": "rate, against pika's BlockingConnection with confirms",
    "publish_vs_pika_select": "rate, against bare pika with callbacks, 500 in flight",
    "publish_vs_best_peer": "rate, against the best of kombu, aio-pika, FastStream, Celery and"
    " Dramatiq",
    "publish_vs_perftest": "rate, against PerfTest, 500 in flight",
    "publish_cpu_vs_pika_select": "processor time a message, against bare pika, 500 in flight",
    "consume_vs_best_framework": "rate, against the best of FastStream, Celery and Dramatiq",
    "consume_vs_kombu": "rate, against kombu that acknowledges every 50",
    "consume_cpu_vs_pika_ack_1": "processor time a message, against bare pika that acknowledges"
    " each",
    "busy_share_1_ms": "share of the time that 8 handlers of 1 ms are at work",
    "busy_share_10_ms": "share of the time that 8 handlers of 10 ms are at work",
    "processes_vs_threads": "rate of a handler that computes for 1 ms, `MQ_POOL=processes` against"
    " threads",
    "publish_3_brokers_vs_1": "rate of the workers, 500 in flight, against three brokers that share"
    " the machine, and one",
    "consume_3_brokers_vs_1": "the same, consuming",
    "memory_growth_mb": "MB that a worker grows by from the 100,000th to the 1,000,000th message",
}


def write(publish: Runs, consume: Runs, scaled: Runs, figures: Mapping[str, float]) -> None:
    """Write the page."""
    PAGE.write_text(text(publish, consume, scaled, figures))


def text(publish: Runs, consume: Runs, scaled: Runs, figures: Mapping[str, float]) -> str:
    """Return the page."""
    ratios = "\n".join(f"| {MEANINGS[name]} | {value:g} |" for name, value in figures.items())
    return f"""\
# How fast the workers are

`make bench-workers` wrote this page. One process publishes, then one process consumes: messages of
256 bytes, persistent, mandatory, confirmed, in one quorum queue of one broker on the same machine
of {os.cpu_count()} cores. The workers run whole, with ledger, metrics, health and a handler; the
others as bare as their documentation shows them. Contestants take turns; a figure is the median of
its runs. Rates drift with the machine: compare within a table, and trust processor time more.

![Rate and processor time against window and prefetch](images/workers-speed.svg)

## Publish

{markdown(publish)}
Where no number is in flight, the library waits for each confirm before it publishes again.

## Consume

{markdown(consume)}
All take at most 300 messages ahead of their acks. The workers acknowledge after the handler has
returned, many at once.

## Several consumers of one queue

{markdown(scaled)}
## Ratios

| | |
| --- | --- |
{ratios}
"""
