"""What a rule about a whole chart looks at."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.experiments.output import Output
from chartproof.experiments.subject import Allowance, Subject
from chartproof.joint_render import Asked, Files

Item = TypeVar("Item")
Result = TypeVar("Result")

_THREADS = 2
_TOGETHER = 10


@dataclass(frozen=True)
class Study:
    """A chart with all its cases; `is_deep` takes experiments as far as they go.

    `files` are what cases are known to render, by their names.
    """

    chart: Chart
    cases: Sequence[Case]
    is_deep: bool = False
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def subject(self) -> Subject:
        """The chart for experiments with its values."""
        return Subject(self.chart)

    @cached_property
    def outputs(self) -> list[Output]:
        """What the cases render, without those that fail."""

        def output(case: Case) -> Output | None:
            if case.name in self.files:
                return Output.known(self.subject, case, self.files[case.name])
            return Output.of(self.subject, case)

        return [output for output in side_by_side(output, self.cases) if output]

    def allowance(self, size: int) -> Allowance:
        """Return how much a rule may render: `size`, or without an end."""
        return Allowance(math.inf if self.is_deep else size)


def together(chart: Chart, many: Sequence[Asked]) -> list[Files | None]:
    """Render with many values in a few goes, side by side; None for one to be rendered alone."""
    # More in one go hold more memory at once than Go is given before it collects garbage.
    size = max(1, min(_TOGETHER, (len(many) + 1) // 2))
    parts = [many[start : start + size] for start in range(0, len(many), size)]
    goes = side_by_side(chart.joint_render.files, parts)
    return [files for go in goes for files in go]


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Do `work` for every item, two at a time: Helm renders without holding Python's lock."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, items))
