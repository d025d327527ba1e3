"""The snapshots of a case, and whether they would come out the same another time."""

from __future__ import annotations

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.errors import ChartproofError
from chartproof.joint_check import JointCheck
from chartproof.snapshot import repeatable
from chartproof.snapshot.chart_writer import ChartWriter
from chartproof.snapshot.text import Rendered

_IN_VAIN = 3


class CaseWriter:
    """Renders the cases of a chart; threads may share it."""

    def __init__(self, chart: Chart) -> None:
        self._writer = ChartWriter(chart)
        twin = repeatable.twin(chart)
        self._twin_writer = ChartWriter(twin) if twin else None
        self._failed_in_a_row = 0
        self._makes_templates = repeatable.makes_templates(chart)

    @property
    def joint_check(self) -> JointCheck:
        """The chart's schema, for the values of many cases at once."""
        return self._writer.chart.joint_check

    def rendered(self, case: Case, *, for_later: bool, is_accepted: bool = False) -> Rendered:
        """Render a case; only `for_later` it is found out whether that is repeatable.

        `is_accepted` tells that the schema accepts its values, and need not be asked again. A case
        that fails as it is expected to has no snapshots. Raises what `ChartWriter.texts` raises,
        and ChartproofError where a failure that is expected is missing.
        """
        if case.expected_failure is not None:
            if told := case.disappointment(self._failure(case)):
                raise ChartproofError(told)
            return Rendered({}, is_repeatable=False)
        how = case.values, case.options, case.masks
        # A chart that uses what is random in one case after the other uses it in all of them.
        if for_later and self._twin_writer and self._failed_in_a_row < _IN_VAIN:
            try:
                texts = self._twin_writer.texts(*how, is_accepted=is_accepted)
            except ChartproofError:
                self._failed_in_a_row += 1
            else:
                self._failed_in_a_row = 0
                return Rendered(texts, self._is_steady(case) and repeatable.hold_no_address(texts))
        texts = self._writer.texts(*how, is_accepted=is_accepted)
        return Rendered(texts, is_repeatable=False)

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
