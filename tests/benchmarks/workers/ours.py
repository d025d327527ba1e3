"""The workers as they run in a pod: ledger, metrics, health and handlers on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from chartproof.errors import ChartproofError
from tests.apps.running import ask
from tests.benchmarks.workers.broker import QUEUE, fresh_queue
from tests.benchmarks.workers.peers import fill
from tests.benchmarks.workers.sample import Foreign, Sample, memory_mb, processor_seconds
from tests.benchmarks.workers.timing import PREFETCH, Timing

HERE = Path(__file__).parent
WORKERS = Path(sys.executable).with_name("workers")
LOOK_S = 0.1
START_S = 20.0
COUNTS = {"produce": "workers_confirmed_total", "consume": "workers_consumed_total"}


@dataclass(frozen=True)
class Own:
    """A way to run a worker. `settings` are its variables without their MQ_."""

    name: str
    role: str
    settings: dict[str, Any] = field(default_factory=dict)
    at_most: float = 0
    """Messages a second that a consumer is to find at least."""
    processes: int = 1
    work_s: float = 0.0
    """Seconds that a handler takes."""

    def run(self, url: str, timing: Timing) -> Sample:
        """Measure it once; several processes count together."""
        waiting = timing.messages(self.at_most)
        fresh_queue(url)
        if waiting:
            fill(timing.variables(url), waiting)
        foreign = Foreign.begin()
        with ExitStack() as running:
            workers = [
                running.enter_context(started(self.role, url, self.settings, self.work_s))
                for _ in range(self.processes)
            ]
            sample = _measured(workers, timing, waiting)
        return replace(sample, foreign_cores=foreign.cores())


class Worker:
    """A worker process that is looked at from outside."""

    def __init__(self, role: str, process: subprocess.Popen[bytes], port: int) -> None:
        self.id = process.pid
        self._role = role
        self._process = process
        self._port = port

    @property
    def messages(self) -> int:
        """How many messages are confirmed, or handled."""
        return round(self.metric(COUNTS[self._role]))

    def metric(self, name: str) -> float:
        """Return a metric, summed over its labels; 0 before the worker answers."""
        try:
            text = ask(self._port, "/metrics")[1]
        except OSError:
            if self._process.poll() is not None:
                raise ChartproofError(f"workers {self._role} has ended") from None
            return 0.0
        families = text_string_to_metric_families(text)
        return sum(
            sample.value for family in families for sample in family.samples if sample.name == name
        )


@contextmanager
def started(role: str, url: str, settings: dict[str, Any], work_s: float = 0.0) -> Iterator[Worker]:
    """Run a worker with the benchmark's source and handler, unless the settings name others."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    usual = {
        "url": url,
        "ch": QUEUE,
        "rate": 0,
        "prefetch": PREFETCH,
        "source": "bodies:plain",
        "handler": "bodies:nothing",
        "health_port": port,
    }
    variables = {f"MQ_{name.upper()}": str(value) for name, value in {**usual, **settings}.items()}
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    with subprocess.Popen(
        [WORKERS, role],
        env={**os.environ, "PYTHONPATH": path, "BENCH_WORK_S": str(work_s), **variables},
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            yield Worker(role, process, port)
        finally:
            process.kill()


def _measured(workers: Sequence[Worker], timing: Timing, waiting: int) -> Sample:
    """Drop the warm-up, then measure until the time is over or the queue nearly empty."""

    def messages() -> int:
        return sum(worker.messages for worker in workers)

    def cpu() -> float:
        return sum(processor_seconds(worker.id) for worker in workers)

    _wait_for_first(messages)
    sleep(timing.warm_up)
    begun, before, used = monotonic(), messages(), cpu()
    sample = None
    while monotonic() < begun + timing.seconds:
        sleep(LOOK_S)
        now, done = monotonic(), messages()
        if waiting and done >= waiting:
            break
        rss = sum(memory_mb(worker.id, "VmHWM") for worker in workers)
        sample = Sample(done - before, now - begun, cpu() - used, rss)
    if sample is None or not sample.messages:
        raise ChartproofError("no message moved in the time measured; are there enough of them?")
    return sample


def _wait_for_first(messages: Any) -> None:
    until = monotonic() + START_S
    while not messages():
        if monotonic() > until:
            raise ChartproofError(f"no message in {START_S:.0f} s")
        sleep(LOOK_S / 4)


PUBLISHERS = (
    Own("workers, 1 in flight", "produce", {"window": 1}),
    Own("workers, 100 in flight", "produce", {"window": 100}),
    Own("workers, 500 in flight", "produce", {"window": 500}),
)
CONSUMERS = (
    Own("workers, 1 thread", "consume", {"threads": 1}, 80_000),
    Own("workers, 8 threads", "consume", {"threads": 8}, 80_000),
)
SCALED = tuple(
    Own(f"workers, {count} consumers", "consume", {}, 90_000, processes=count)
    for count in (1, 2, 4)
)
