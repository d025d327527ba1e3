"""PerfTest, RabbitMQ's own load generator, which prints its rate each second."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Sequence
from itertools import dropwhile, pairwise, takewhile
from typing import NamedTuple

from chartproof.errors import ChartproofError
from tests.benchmarks.workers.sample import Sample, memory_mb, processor_seconds
from tests.benchmarks.workers.timing import Timing

LINE = re.compile(r"time ([\d.]+) s.*(?:confirmed|received): ([\d.]+) msg/s")
WARM_UP_S = 4.0
"""The virtual machine compiles as it goes; its first seconds are slower."""
IDLE_RATE = 1000.0
"""Messages a second below which a consumer of a queue that was full has emptied it."""


class Second(NamedTuple):
    """What was known when a line was printed: the rate since the line before, and totals."""

    at: float
    rate: float
    cpu: float
    rss_mb: float


def run(command: Sequence[str], timing: Timing) -> Sample:
    """Run it for the time to measure, and its own warm-up before."""
    words = [*command, "--time", str(round(WARM_UP_S + timing.seconds + 1))]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        seconds = [
            Second(
                *found,
                processor_seconds(process.pid),
                memory_mb(process.pid, "VmHWM"),
            )
            for line in process.stdout
            if (found := rate_in(line))
        ]
    return measured(seconds)


def rate_in(line: str) -> tuple[float, float] | None:
    """Return the time and the rate that a line tells, if it does."""
    found = LINE.search(line)
    return (float(found[1]), float(found[2])) if found else None


def measured(seconds: Iterable[Second]) -> Sample:
    """Drop the warm-up, and what comes after the queue was empty."""
    warm = dropwhile(lambda second: second.at < WARM_UP_S, seconds)
    busy = list(takewhile(lambda second: second.rate > IDLE_RATE, warm))
    if len(busy) < 2:
        raise ChartproofError("PerfTest was idle too soon; were there enough messages?")
    messages = sum(second.rate * (second.at - before.at) for before, second in pairwise(busy))
    first, last = busy[0], busy[-1]
    return Sample(round(messages), last.at - first.at, last.cpu - first.cpu, last.rss_mb)
