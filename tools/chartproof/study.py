"""What a rule about a whole chart looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from chartproof.cases import Case
from chartproof.chart import Chart

Item = TypeVar("Item")
Result = TypeVar("Result")

_THREADS = 2


@dataclass(frozen=True)
class Study:
    """A chart with all its cases; `is_deep` takes experiments as far as they go."""

    chart: Chart
    cases: Sequence[Case]
    is_deep: bool = False


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Do `work` for every item, two at a time: Helm renders without holding Python's lock."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, items))
