"""The snapshots of a case, and whether they would come out the same another time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.errors import ChartproofError
from chartproof.joint_render import Asked, Files
from chartproof.snapshot import repeatable
from chartproof.snapshot.chart_writer import ChartWriter
from chartproof.snapshot.text import Rendered

_IN_VAIN = 3


class Begun(NamedTuple):
    """What was found out of a case together with others.

    That the schema accepts its values, and what the templates write; None where that is not known.
    """

    is_accepted: bool = False
    written: Files | None = None


_NOTHING = Begun()


class CaseWriter:
    """Renders the cases of a chart; threads may share it."""

    def __init__(self, chart: Chart) -> None:
        self._writer = ChartWriter(chart)
        self._twin = repeatable.twin(chart)
        self._twin_writer = ChartWriter(self._twin or chart)
        self._failed_in_a_row = 0
        self._makes_templates = repeatable.makes_templates(chart)

    def prepare(self) -> None:
        """Do what the first case would have to wait for."""
        self._writer.chart.joint_render.prepare()

    def begun(self, cases: Sequence[Case], *, for_later: bool) -> list[Begun]:
        """Do for many cases at once what can be done so."""
        chart = self._writer.chart
        begun = [_NOTHING] * len(cases)
        # One that is to fail would keep all others from being accepted.
        sound = [
            index
            for index, case in enumerate(cases)
            if case.expected_failure is None and _has_values(case)
        ]
        accepts = chart.joint_check.accepted([cases[index].values for index in sound])
        accepted = list(compress(sound, accepts))
        written: Sequence[Files | None] = [None] * len(accepted)
        if self._is_steady_chart or not (for_later and self._tries_twin):
            asked = [Asked(cases[index].values, cases[index].options) for index in accepted]
            written = chart.joint_render.files(asked)
        for index, files in zip(accepted, written, strict=True):
            begun[index] = Begun(True, files)
        return begun

    def rendered(self, case: Case, begun: Begun = _NOTHING, *, for_later: bool) -> Rendered:
        """Render a case; only `for_later` it is found out whether that is repeatable.

        A case that fails as it is expected to has no snapshots. Raises what `ChartWriter.texts`
        raises, and ChartproofError where a failure that is expected is missing.
        """
        if case.expected_failure is not None:
            if told := case.disappointment(self._failure(case)):
                raise ChartproofError(told)
            return Rendered({}, is_repeatable=False)
        is_accepted, written = begun
        how = case.values, case.options, case.masks
        is_of_twin = written is None or self._is_steady_chart
        if for_later and self._tries_twin and is_of_twin:
            try:
                texts = self._twin_writer.texts(*how, is_accepted=is_accepted, written=written)
            except ChartproofError:
                self._failed_in_a_row += 1
            else:
                self._failed_in_a_row = 0
                return Rendered(texts, self._is_steady(case) and repeatable.hold_no_address(texts))
        texts = self._writer.texts(*how, is_accepted=is_accepted, written=written)
        return Rendered(texts, is_repeatable=False)

    @property
    def _is_steady_chart(self) -> bool:
        """Whether no template uses what is random, so that the chart is its own twin."""
        return self._twin is self._writer.chart

    @property
    def _tries_twin(self) -> bool:
        """Whether the twin is rendered.

        A chart that uses what is random in one case after the other uses it in all of them.
        """
        return self._twin is not None and self._failed_in_a_row < _IN_VAIN

    def _failure(self, case: Case) -> str | None:
        """Return how the render fails, None where it does not."""
        try:
            self._writer.texts(case.values, case.options)
        except ChartproofError as error:
            return str(error)
        return None

    def _is_steady(self, case: Case) -> bool:
        """Tell whether values are repeatable where the chart makes templates of them."""
        values = (self._writer.chart.values, case.values)
        return not self._makes_templates or all(map(repeatable.are_steady, values))


def _has_values(case: Case) -> bool:
    """Tell whether the values can be read; why not is what the render says."""
    try:
        return isinstance(case.values, dict)
    except ChartproofError:
        return False
