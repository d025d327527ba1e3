"""Whole processes, timed from outside: start-up is part of what they cost."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from typing import Self

from chartproof.cluster.shell import failure
from chartproof.errors import ChartproofError


@dataclass(frozen=True)
class Command:
    """A command line, where it runs, and what it must print for its work to count as done."""

    words: Sequence[str | Path]
    folder: Path
    shows: str = ""
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, seconds of processor, and the peak of resident memory in MB.

    The clock of a busy machine shows its other work too; the seconds of processor hardly do. The
    peak is the sum of what each process had at most, those that a process has started included:
    they may not have had it at the same time.
    """

    wall: float
    cpu: float
    peak_mb: float


def cost(*commands: Command) -> Cost:
    """Run commands side by side. Raises ChartproofError where one fails or leaves work undone."""
    usages = []
    with ExitStack() as outputs, Peaks() as peaks:
        begin = time.perf_counter()
        started = []
        for command in commands:
            output = outputs.enter_context(TemporaryFile())
            started.append((command, output, _start(command, output.fileno())))
        for _command, _output, process in started:
            # Popen does not tell what its process used.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            usages.append(usage)
        wall = time.perf_counter() - begin
        for command, output, process in started:
            output.seek(0)
            said = output.read().decode(errors="replace")
            if process.returncode or command.shows not in said:
                words = [str(word) for word in command.words]
                raise ChartproofError(failure(words, process.returncode, said))
    return Cost(
        wall,
        sum(usage.ru_utime + usage.ru_stime for usage in usages),
        peaks.sum_in_kb() / 1024,
    )


class Peaks:
    """Looks at the memory of all descendants of this process, twenty times a second."""

    def __init__(self) -> None:
        self._in_kb: dict[int, int] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def sum_in_kb(self) -> int:
        """Sum up the peaks of the processes."""
        return sum(self._in_kb.values())

    def _look(self) -> None:
        while not self._ended.wait(0.05):
            for process in descendants(os.getpid()):
                # The kernel keeps the peak, so that none is missed but of the last moments.
                with suppress(OSError):
                    status = Path(f"/proc/{process}/status").read_text()
                    if peak := re.search(r"VmHWM:\s+(\d+)", status):
                        self._in_kb[process] = int(peak[1])


def descendants(process: int) -> Iterator[int]:
    """Find the processes that a process has started, and those that they have."""
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in map(int, (thread / "children").read_text().split()):
                yield child
                yield from descendants(child)


def one_by_one(commands: Sequence[Command], times: float = 1) -> Cost:
    """Run commands after each other; their time counts `times` times, for a sample of the work."""
    costs = [cost(command) for command in commands]
    return Cost(
        times * sum(cost.wall for cost in costs),
        times * sum(cost.cpu for cost in costs),
        max(cost.peak_mb for cost in costs),
    )


def in_turns(contestants: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """Run every contestant once a round, so that a slow spell of the machine hits them all."""
    costs: dict[str, list[Cost]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            costs[name].append(contestant())
    return costs


def typical(costs: Sequence[Cost]) -> Cost:
    """Take the median of each figure."""
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        median(cost.peak_mb for cost in costs),
    )


def noise(costs: Sequence[Cost]) -> float:
    """Say by how much the slowest run took longer than the fastest: 0.1 is a tenth."""
    walls = [cost.wall for cost in costs]
    return max(walls) / min(walls) - 1


def _start(command: Command, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(word) for word in command.words],
        cwd=command.folder,
        env={**os.environ, **command.env},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
