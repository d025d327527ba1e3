"""The process that renders cases for pytest's own: see `renderer`."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import traceback
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.errors import ChartproofError
from chartproof.snapshot.case_writer import CaseWriter
from chartproof.snapshot.renderer import Answer, Request
from chartproof.snapshot.text import Rendered
from chartproof.snapshot.waiting import Waiting


class Charts:
    """The charts that were asked for, each loaded once, whichever thread comes first."""

    def __init__(self) -> None:
        self._writers: dict[Path, CaseWriter] = {}
        self._waiting = defaultdict[Path, Waiting](Waiting)
        self._lock = threading.Lock()

    def writer(self, chart: Path) -> CaseWriter:
        """Give the writer for the chart in a folder. Raises InputError."""
        with self._lock:
            if chart not in self._writers:
                self._writers[chart] = CaseWriter(Chart.load(chart))
            return self._writers[chart]

    def expect(self, request: Request) -> None:
        """Take note of a case that is to be rendered."""
        _, chart, case, _ = request
        if case:
            self._waiting[chart].add(case)

    def rendered(self, chart: Path, case: Case, *, for_later: bool) -> Rendered:
        """Render a case that was expected. Raises ChartproofError."""
        writer = self.writer(chart)
        is_accepted = self._waiting[chart].is_accepted(case, writer.joint_check.accepted)
        return writer.rendered(case, for_later=for_later, is_accepted=is_accepted)


def answer(charts: Charts, request: Request) -> Answer:
    """Render a case, or load its chart where no case is given."""
    number, chart, case, for_later = request
    try:
        if case:
            return number, charts.rendered(chart, case, for_later=for_later)
        charts.writer(chart)
        return number, None
    except ChartproofError as error:
        return number, ChartproofError(str(error))
    except Exception:
        return number, RuntimeError(traceback.format_exc())


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until there are no more requests, on every core."""
    charts, lock = Charts(), threading.Lock()

    def work(request: Request) -> None:
        message = pickle.dumps(answer(charts, request), pickle.HIGHEST_PROTOCOL)
        with lock:
            answers.write(message)
            answers.flush()

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while True:
            try:
                request = pickle.load(requests)  # noqa: S301 - from the parent alone
                charts.expect(request)
                pool.submit(work, request)
            except EOFError:
                os._exit(0)  # nobody waits for what is under way


def main() -> None:
    """Serve the process that started this one, by standard input and output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then leaves
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand between the answers
    serve(sys.stdin.buffer, answers)
