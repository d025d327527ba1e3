"""The other ways to publish and to consume, as commands that measure themselves."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chartproof.errors import ChartproofError
from tests.benchmarks.workers import environment, perf_test
from tests.benchmarks.workers.broker import QUEUE, fresh_queue
from tests.benchmarks.workers.sample import Foreign, Sample
from tests.benchmarks.workers.timing import BYTES, PREFETCH, Timing

HERE = Path(__file__).parent
TIME_LIMIT_S = 180
Words = Sequence[str | Path]


@dataclass(frozen=True)
class Peer:
    """One contestant. A consumer finds as many messages as `at_most` of them a second need."""

    name: str
    command: Callable[[], Words]
    library: str
    at_most: int = 0
    own_messages: str = ""
    """The client whose `publish` makes messages in the form that this consumer understands."""

    def run(self, url: str, timing: Timing) -> Sample:
        """Measure it once. Raises ChartproofError with its last words when it fails."""
        is_perf_test = self.library == "PerfTest"
        waiting = timing.messages(self.at_most, perf_test.WARM_UP_S if is_perf_test else 0.0)
        variables = timing.variables(url, waiting)
        fresh_queue(url, declared=self.library != "Dramatiq")
        if waiting:
            fill(variables, waiting, self.own_messages)
        foreign = Foreign.begin()
        command = [str(word) for word in self.command()]
        if is_perf_test:
            sample = perf_test.run([*command, "--uri", url], timing)
        else:
            sample = Sample(**json.loads(_run(command, variables).splitlines()[-1]))
        return replace(sample, foreign_cores=foreign.cores())


def fill(variables: dict[str, str], waiting: int, own_messages: str = "") -> None:
    """Put messages into the queue: plain ones, or copies of one that a library makes itself."""
    if own_messages:
        some = {**variables, "BENCH_WARM_UP": "0", "BENCH_SECONDS": "0.05", "BENCH_WAITING": "0"}
        _run(python(own_messages, "publish"), some)
    _run(python("with_pika", "fill", waiting), variables)


def python(module: str, function: str, *numbers: int) -> Words:
    """Return the command that runs a function of clients/."""
    return [environment.python(), "-m", "clients.run", module, function, *map(str, numbers)]


def go(role: str, number: int) -> Words:
    """Return the command on amqp091-go."""
    return [environment.amqp091(), role, str(number)]


def java(*options: str) -> Words:
    """Return PerfTest's command for the benchmark's queue."""
    return [*environment.perf_test(), "--quorum-queue", "--queue", QUEUE, *options]


def _run(command: Words, variables: dict[str, str]) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=HERE,
        env={**os.environ, **variables, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
    )
    if done.returncode:
        raise ChartproofError(f"{' '.join(words)}: exit code {done.returncode}: {done.stderr}")
    return done.stdout


PUBLISHERS = (
    Peer("pika, blocking", lambda: python("with_pika", "publish_blocking"), "pika blocking"),
    Peer("pika, 500 in flight", lambda: python("with_pika", "publish", 500), "pika"),
    Peer("kombu", lambda: python("with_kombu", "publish"), "kombu"),
    Peer(
        "aio-pika, 100 in flight",
        lambda: python("with_asyncio", "publish_aio_pika", 100),
        "aio-pika",
    ),
    Peer(
        "aio-pika, 500 in flight",
        lambda: python("with_asyncio", "publish_aio_pika", 500),
        "aio-pika",
    ),
    Peer(
        "FastStream, 500 in flight",
        lambda: python("with_asyncio", "publish_faststream", 500),
        "FastStream",
    ),
    Peer("Celery", lambda: python("with_celery", "publish"), "Celery"),
    Peer("Dramatiq", lambda: python("with_dramatiq", "publish"), "Dramatiq"),
    Peer("amqp091-go, 500 in flight", lambda: go("publish", 500), "amqp091-go"),
    Peer(
        "PerfTest, 500 in flight",
        lambda: java(
            *("--producers", "1", "--consumers", "0", "--confirm", "500", "--size", str(BYTES)),
            *("--flag", "persistent", "--flag", "mandatory"),
        ),
        "PerfTest",
    ),
)
CONSUMERS = (
    Peer("pika, ack 1", lambda: python("with_pika", "consume", 1), "pika", 50_000),
    Peer("pika, ack 50", lambda: python("with_pika", "consume", 50), "pika", 80_000),
    Peer("kombu, ack 50", lambda: python("with_kombu", "consume", 50), "kombu", 65_000),
    Peer(
        "aio-pika, ack 50",
        lambda: python("with_asyncio", "consume_aio_pika", 50),
        "aio-pika",
        25_000,
    ),
    Peer("FastStream", lambda: python("with_asyncio", "consume_faststream"), "FastStream", 10_000),
    Peer(
        "Celery, solo",
        lambda: python("with_celery", "consume"),
        "Celery",
        10_000,
        own_messages="with_celery",
    ),
    Peer(
        "Dramatiq, 8 threads",
        lambda: python("with_dramatiq", "consume", 8),
        "Dramatiq",
        10_000,
        own_messages="with_dramatiq",
    ),
    Peer("amqp091-go, ack 50", lambda: go("consume", 50), "amqp091-go", 100_000),
    Peer(
        "PerfTest, ack 50",
        lambda: java(
            *("--producers", "0", "--consumers", "1", "--predeclared"),
            *("--qos", str(PREFETCH), "--multi-ack-every", "50"),
        ),
        "PerfTest",
        100_000,
    ),
)
