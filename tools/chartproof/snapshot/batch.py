"""Requests that one thread of the rendering process answers in one go: see `renderer`."""

from __future__ import annotations

import threading
import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.errors import ChartproofError
from chartproof.snapshot.case_writer import Begun, CaseWriter
from chartproof.snapshot.renderer import Answer, Request

Asked = Sequence[tuple[int, Case | None]]
"""Requests for one chart: their numbers, and the cases, None where the chart is to be loaded."""


class Charts:
    """The charts that were asked for, each loaded once, whichever thread comes first."""

    def __init__(self) -> None:
        self._writers: dict[Path, CaseWriter] = {}
        self._lock = threading.Lock()

    def writer(self, chart: Path) -> CaseWriter:
        """Give the writer for the chart in a folder. Raises InputError."""
        with self._lock:
            if chart not in self._writers:
                self._writers[chart] = CaseWriter(Chart.load(chart))
                self._writers[chart].prepare()
            return self._writers[chart]


def answers(charts: Charts, requests: Sequence[Request]) -> Iterator[Answer]:
    """Render cases, those of one chart together; a request without one has its chart loaded."""
    alike = defaultdict[tuple[Path, bool], list[tuple[int, Case | None]]](list)
    for number, chart, case, for_later in requests:
        alike[chart, for_later].append((number, case))
    for (chart, for_later), asked in alike.items():
        try:
            writer = charts.writer(chart)
            begun = writer.begun([case for _, case in asked if case], for_later=for_later)
        except Exception as error:
            yield from ((number, _told(error)) for number, _ in asked)
        else:
            yield from _finished(writer, asked, begun, for_later=for_later)


def _finished(
    writer: CaseWriter, asked: Asked, begun: Sequence[Begun], *, for_later: bool
) -> Iterator[Answer]:
    coming = iter(begun)
    for number, case in asked:
        try:
            rendered = writer.rendered(case, next(coming), for_later=for_later) if case else None
        except Exception as error:
            yield number, _told(error)
        else:
            yield number, rendered


def _told(error: Exception) -> Exception:
    """Make an error that can be sent: of a fault in this program, with all that is known of it."""
    if isinstance(error, ChartproofError):
        return ChartproofError(str(error))
    return RuntimeError("".join(traceback.format_exception(error)))
