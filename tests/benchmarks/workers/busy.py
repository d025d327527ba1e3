"""How much of their time handler threads are at work while messages wait."""

from __future__ import annotations

import os
from statistics import median
from time import perf_counter, sleep

from tests.benchmarks.workers.ours import Own
from tests.benchmarks.workers.timing import Timing

CORES = os.cpu_count() or 1
SLOW_HANDLERS = (0.001, 0.010)
THREADS = 8
SLEEPS = 101
ENOUGH = 1.5
"""Times the messages that the handlers can take, for the start of the measurement too."""


def busy_share(url: str, timing: Timing, work_s: float) -> float:
    """Return the share of the time in which THREADS handlers of `work_s` seconds are at work.

    A handler's own time is what such a sleep takes with nothing beside it, a little more than it
    asks for.
    """
    capacity = THREADS / sleep_takes(work_s)
    settings = {"threads": THREADS, "handler": "bodies:wait"}
    sample = Own("busy", "consume", settings, capacity * ENOUGH, work_s=work_s).run(url, timing)
    return sample.rate / capacity


def sleep_takes(seconds: float) -> float:
    """Return for how many seconds the machine really sleeps: the median of some."""

    def once() -> float:
        begun = perf_counter()
        sleep(seconds)
        return perf_counter() - begun

    return median(once() for _ in range(SLEEPS))


def compute_rates(url: str, timing: Timing) -> dict[str, float]:
    """Return messages a second of a handler that computes for 1 ms, by threads and by processes."""
    work_s = SLOW_HANDLERS[0]
    return {
        pool: Own(
            pool,
            "consume",
            {"threads": CORES, "pool": pool, "handler": "bodies:compute"},
            CORES / work_s * ENOUGH,
            work_s=work_s,
        )
        .run(url, timing)
        .rate
        for pool in ("threads", "processes")
    }
