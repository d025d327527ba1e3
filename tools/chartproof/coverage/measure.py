"""Finding out which branches the cases of a chart take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.coverage import probes
from chartproof.coverage.branches import Branch, branches
from chartproof.errors import ChartproofError, InputError
from chartproof.render import render_files
from chartproof.study import side_by_side


@dataclass(frozen=True)
class Coverage:
    """The branches of a chart, and by which case each was found to be taken."""

    chart: Chart
    branches: Sequence[Branch]
    taken: Mapping[Branch, str]

    @property
    def missing(self) -> list[Branch]:
        """Those that no case takes."""
        return [branch for branch in self.branches if branch not in self.taken]

    @property
    def percent(self) -> float:
        """How much of the branches is taken, from 0 to 100; a chart without any has all."""
        return 100 * len(self.taken) / len(self.branches) if self.branches else 100.0

    @property
    def files(self) -> list[str]:
        """The templates that have branches, by Helm's names."""
        return sorted({branch.file for branch in self.branches})

    def of(self, file: str) -> Coverage:
        """Return that of one template."""
        own = [branch for branch in self.branches if branch.file == file]
        return Coverage(self.chart, own, {it: self.taken[it] for it in own if it in self.taken})


def measure(chart: Chart, cases: Sequence[Case]) -> Coverage:
    """Render every case until it takes no branch that none before it took.

    The templates of subcharts are their owners' to test. Raises what `render` raises for a case
    that fails, unless that is what the case expects.
    """
    search = _Search(chart)
    side_by_side(search.by_marks, cases)
    side_by_side(search.by_failures, cases)
    return Coverage(chart, search.branches, search.taken)


class _Search:
    def __init__(self, chart: Chart) -> None:
        # Whether values are accepted is lint's business, and takes as long as a render.
        self._chart = chart.without_schema
        own = re.compile(rf"{re.escape(chart.name)}/templates/")
        self.branches = [
            branch
            for file, text in sorted(chart.files.items())
            if own.match(file)
            for branch in branches(file, text)
        ]
        self.taken: dict[Branch, str] = {}
        self._lock = Lock()
        self._marked = replace(
            self._chart,
            archive=probes.with_marks(self._chart.archive, dict(enumerate(self.branches))),
        )

    def by_marks(self, case: Case) -> None:
        """Find branches that a case takes, as many as marks show."""
        if case.expected_failure is not None:
            return
        marked = self._texts(self._marked, case)
        plain = self._texts(self._chart, case)
        without = {name: probes.without_marks(text) for name, text in marked.items()}
        # A template may look at the scope that marks are kept in, and then do something else;
        # what differs from render to render anyhow is no sign of that.
        if without == plain or plain != self._texts(self._chart, case):
            self._take(probes.marks(marked.values()), case)

    def by_failures(self, case: Case) -> None:
        """Find all the branches that a case takes and that are not known yet."""
        for _ in self.branches:  # each failure tells of another one
            number = self._next(case)
            if number is None:
                return
            self._take([number], case)

    def _next(self, case: Case) -> int | None:
        """Return the first such branch that the render comes to.

        A failure in none of them is the one that the case expects: any other has ended the search
        for marks.
        """
        with self._lock:
            left = {at: it for at, it in enumerate(self.branches) if it not in self.taken}
        probed = replace(self._chart, archive=probes.with_failures(self._chart.archive, left))
        try:
            render_files(probed, case.values, case.options)
        except ChartproofError as error:
            return probes.failed_in(str(error))
        return None

    def _texts(self, chart: Chart, case: Case) -> dict[str, str]:
        try:
            output = render_files(chart, case.values, case.options)
        except ChartproofError as error:
            raise InputError(f"case {case.name}: {error}") from error
        return {**output.templates, "": output.notes}

    def _take(self, numbers: Iterable[int], case: Case) -> None:
        with self._lock:
            for number in numbers:
                self.taken.setdefault(self.branches[number], case.name)
