"""Whether the workers' memory grows with the messages that pass through them."""

from __future__ import annotations

from time import monotonic, sleep

from chartproof.errors import ChartproofError
from tests.benchmarks.workers.broker import fresh_queue
from tests.benchmarks.workers.ours import Worker, started
from tests.benchmarks.workers.sample import memory_mb

MESSAGES = 1_000_000
LOOK_S = 0.2
TIME_LIMIT_S = 600.0


def growth_mb(url: str, messages: int = MESSAGES) -> dict[str, float]:
    """Return by role how many MB a worker has grown between the first tenth and the end.

    After the first tenth every buffer has been as full as it gets.
    """
    fresh_queue(url)
    with started("consume", url, {}) as consumer, started("produce", url, {}) as producer:
        workers = {"producer": producer, "consumer": consumer}
        before = {name: _memory_at(worker, messages // 10) for name, worker in workers.items()}
        after = {name: _memory_at(worker, messages) for name, worker in workers.items()}
    return {name: after[name] - before[name] for name in workers}


def _memory_at(worker: Worker, messages: int) -> float:
    until = monotonic() + TIME_LIMIT_S
    while worker.messages < messages:
        if monotonic() > until:
            raise ChartproofError(f"not {messages} messages in {TIME_LIMIT_S:.0f} s")
        sleep(LOOK_S)
    return memory_mb(worker.id)
