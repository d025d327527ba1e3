"""One run of one contestant, and what else the machine did meanwhile."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Self

from tests.benchmarks.measure import descendants

TICKS = os.sysconf("SC_CLK_TCK")
TOLERATED = 0.2
"""Cores that others may use during a run before it says more of them than of the contestant."""


@dataclass(frozen=True)
class Sample:
    """What a process did in the time measured: seconds on the clock and of processor."""

    messages: int
    seconds: float
    cpu: float
    rss_mb: float
    foreign_cores: float = 0.0

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def cpu_10k(self) -> float:
        """Seconds of processor for 10,000 messages."""
        return self.cpu / self.messages * 10_000

    @property
    def is_clean(self) -> bool:
        """The machine did little else."""
        return self.foreign_cores < TOLERATED


def clean(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Leave out the runs that others disturbed, unless all are."""
    return [sample for sample in samples if sample.is_clean] or samples


def typical(samples: Sequence[Sample]) -> Sample:
    """Take the median of each figure over the clean runs, for a second of the clock."""
    kept = clean(samples)
    rate = median(sample.rate for sample in kept)
    cpu_10k = median(sample.cpu_10k for sample in kept)
    return Sample(
        messages=round(rate),
        seconds=1.0,
        cpu=cpu_10k * round(rate) / 10_000,
        rss_mb=median(sample.rss_mb for sample in kept),
        foreign_cores=median(sample.foreign_cores for sample in kept),
    )


def processor_seconds(process: int) -> float:
    """Return what a process has used so far; 0 for one that is gone."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return 0.0


def memory_mb(process: int, field: str = "VmRSS") -> float:
    """Return a process's resident memory, or by VmHWM the most that it was."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(rf"{field}:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


class Foreign:
    """Sees how many cores are used by processes that are not part of the benchmark.

    The benchmark's own are this process and all that it has started, ended ones included.
    """

    def __init__(self) -> None:
        self._begun = monotonic()
        self._busy = _busy_seconds()
        self._own = _own_seconds()

    def cores(self) -> float:
        """Return the mean since the start."""
        busy = _busy_seconds() - self._busy
        own = _own_seconds() - self._own
        return max(0.0, (busy - own) / (monotonic() - self._begun))

    @classmethod
    def begin(cls) -> Self:
        """Start to look."""
        return cls()


def _own_seconds() -> float:
    times = os.times()
    ended = times.children_user + times.children_system
    running: Iterable[int] = (os.getpid(), *descendants(os.getpid()))
    return ended + sum(map(processor_seconds, running)) + _ended_below(running)


def _ended_below(processes: Iterable[int]) -> float:
    """Sum up what the children used that these processes have seen end, this one's apart."""
    total = 0.0
    for process in processes:
        if process == os.getpid():
            continue
        with suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[13]) + int(fields[14])) / TICKS
    return total


def _busy_seconds() -> float:
    """Return what all processors together have worked since the machine's start."""
    user, nice, system, _idle, _wait, irq, softirq, steal, *_ = map(
        int, Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    )
    return (user + nice + system + irq + softirq + steal) / TICKS
