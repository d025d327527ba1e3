"""What a client of the benchmark measures of itself."""

from __future__ import annotations

import json
import os
import resource
from pathlib import Path
from time import monotonic

URL = os.environ.get("BENCH_URL", "")
QUEUE = os.environ.get("BENCH_QUEUE", "")
BODY = b"x" * int(os.environ.get("BENCH_BYTES", "256"))
PREFETCH = int(os.environ.get("BENCH_PREFETCH", "300"))
WARM_UP = float(os.environ.get("BENCH_WARM_UP", "1"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
WAITING = int(os.environ.get("BENCH_WAITING", "0")) or float("inf")
"""Messages in the queue at the start of a consumer; it has no more to measure after them."""


def processor_seconds() -> float:
    """Return what this process has used so far, all threads together."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Meter:
    """Counts finished messages; after the warm-up and the time to measure it ends the process.

    It writes `{"messages", "seconds", "cpu", "rss_mb"}`, the processor's seconds and the peak of
    memory included, and leaves at once: no framework is asked to close down first.
    """

    def __init__(self) -> None:
        self._total = 0
        self._begun: float | None = None
        self._measured: tuple[float, float, int] | None = None

    def count(self, messages: int = 1) -> None:
        """Note that so many messages are confirmed, or acknowledged."""
        self._total += messages
        now = monotonic()
        if self._measured is None:
            self._begun = self._begun or now
            if now - self._begun >= WARM_UP:
                self._measured = now, processor_seconds(), self._total
            return
        since, cpu, before = self._measured
        if now - since >= SECONDS or self._total >= WAITING:
            figures = {
                "messages": self._total - before,
                "seconds": now - since,
                "cpu": processor_seconds() - cpu,
                "rss_mb": peak_mb(),
            }
            # Frameworks redirect what is printed, but not the descriptor.
            os.write(1, b"\n" + json.dumps(figures).encode() + b"\n")
            os._exit(0)


def peak_mb() -> float:
    """Return the most memory this process had; getrusage tells that of the one before exec too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


METER = Meter()


def fail(*_: object) -> None:
    """End at once: a message was returned, refused or lost, and the figures would lie."""
    os.write(2, b"a message was returned or refused, or the connection was lost\n")
    os._exit(1)
