"""How long and how often is measured, by variables of `make bench-workers`."""

from __future__ import annotations

import os
from dataclasses import dataclass

from tests.benchmarks.workers.broker import QUEUE

BYTES = 256
PREFETCH = 300


@dataclass(frozen=True)
class Timing:
    """Seconds that are dropped and seconds that are measured, and how many rounds of all."""

    warm_up: float
    seconds: float
    rounds: int
    prefetch: int = PREFETCH

    @classmethod
    def thorough(cls) -> Timing:
        """Return what figures that are kept are made with."""
        return cls(warm_up=1.0, seconds=3.0, rounds=3)

    @classmethod
    def from_environment(cls) -> Timing:
        """Read ROUNDS and SECONDS; QUICK=1 is one round of a second, to see that all runs."""
        quick = bool(os.environ.get("QUICK"))
        return cls(
            warm_up=0.5 if quick else 1.0,
            seconds=float(os.environ.get("SECONDS", 1 if quick else 3)),
            rounds=int(os.environ.get("ROUNDS", 1 if quick else 3)),
        )

    def messages(self, rate: float, more: float = 0.0) -> int:
        """Return how many messages last for a run, at so many a second; `more` seconds longer."""
        return round(rate * (self.warm_up + self.seconds + more))

    def variables(self, url: str, waiting: int = 0) -> dict[str, str]:
        """Return what a client is told by its environment."""
        return {
            "BENCH_URL": url,
            "BENCH_QUEUE": QUEUE,
            "BENCH_BYTES": str(BYTES),
            "BENCH_PREFETCH": str(self.prefetch),
            "BENCH_WARM_UP": str(self.warm_up),
            "BENCH_SECONDS": str(self.seconds),
            "BENCH_WAITING": str(waiting),
        }
