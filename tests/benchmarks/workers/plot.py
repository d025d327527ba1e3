"""Rate and processor time against how much is in flight, measured and drawn."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.workers import environment
from tests.benchmarks.workers.ours import Own
from tests.benchmarks.workers.peers import Peer, python
from tests.benchmarks.workers.sample import Sample
from tests.benchmarks.workers.timing import Timing

HERE = Path(__file__).parent
IN_FLIGHT = (1, 10, 50, 100, 250, 500, 1000)
AT_MOST = 80_000
Curve = list[tuple[int, float, float]]
"""In flight, messages a second, processor seconds for 10,000."""


def curves(url: str, timing: Timing) -> dict[str, dict[str, Curve]]:
    """Measure the workers, and bare pika beside them, at each number in flight."""
    publish = {
        "workers": [
            (each, Own("", "produce", {"window": each}).run(url, timing)) for each in IN_FLIGHT
        ],
        "pika, bare": [(each, _pika("publish", each).run(url, timing)) for each in IN_FLIGHT],
    }
    consume = {
        "workers": [
            (each, Own("", "consume", {"prefetch": each}, AT_MOST).run(url, timing))
            for each in IN_FLIGHT
        ],
        "pika, bare, ack 1": [
            (each, _pika("consume", 1, AT_MOST).run(url, replace(timing, prefetch=each)))
            for each in IN_FLIGHT
        ],
    }
    return {
        side: {name: _curve(points) for name, points in lines.items()}
        for side, lines in {"window": publish, "prefetch": consume}.items()
    }


def draw(curves: Mapping[str, Mapping[str, Curve]], target: Path) -> None:
    """Draw the curves as an SVG; the same figures give the same bytes."""
    subprocess.run(
        [environment.python(), HERE / "draw.py", target],
        input=json.dumps(curves),
        text=True,
        check=True,
    )


def _pika(function: str, number: int, at_most: int = 0) -> Peer:
    return Peer("", lambda: python("with_pika", function, number), "pika", at_most)


def _curve(points: Sequence[tuple[int, Sample]]) -> Curve:
    return [(each, round(it.rate, 1), round(it.cpu_10k, 4)) for each, it in points]
