"""Renders cases in a process of its own, ahead of their turn.

Helm renders a third faster when Go collects garbage seldom, which can only be asked for in the
environment that a process starts with. Beside pytest's own process it also loads while pytest
starts, and renders while pytest compares, on as many cores as are worth it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, Any, cast

from chartproof import go_runtime
from chartproof.cases import Case
from chartproof.errors import ChartproofError
from chartproof.snapshot.text import Rendered

Request = tuple[int, Path, Case | None, bool]
"""A number, the folder of a chart, the case to render, and whether to find out if that is
repeatable; without a case, the chart is loaded."""
Answer = tuple[int, Rendered | Exception | None]
"""The number of the request, and what was rendered or why nothing was."""

_START = "from chartproof.snapshot.render_process import main; main()"


class Renderer:
    """The process, and what was asked of it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                **os.environ,
                **go_runtime.SELDOM,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._numbers = count()
        self._asked: dict[int, Future[Any]] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def load(self, chart: Path) -> None:
        """Have the chart in a folder loaded; what is wrong with it every case of it will say."""
        self._ask(chart, None, for_later=False)

    def render(self, chart: Path, case: Case, *, for_later: bool) -> Future[Rendered]:
        """Have a case rendered: a future of its snapshots, or of the ChartproofError it raises.

        Only `for_later` it is found out whether the render is repeatable.
        """
        return self._ask(chart, case, for_later=for_later)

    def close(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._answers.close()
        with suppress(BrokenPipeError):
            self._requests.close()

    def _ask(self, chart: Path, case: Case | None, *, for_later: bool) -> Future[Rendered]:
        request: Request = next(self._numbers), chart, case, for_later
        future = self._asked[request[0]] = Future[Any]()
        try:
            pickle.dump(request, self._requests, pickle.HIGHEST_PROTOCOL)
            self._requests.flush()
        except BrokenPipeError:
            self._give_up()
        return future

    def _read(self) -> None:
        """Hand out the answers as they come."""
        while True:
            try:
                answer: Answer = pickle.load(self._answers)  # noqa: S301 - from the child alone
            except (EOFError, pickle.UnpicklingError):
                return self._give_up()
            number, outcome = answer
            future = self._asked.pop(number)
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _give_up(self) -> None:
        """Let nobody wait for a process that has ended."""
        error = ChartproofError(f"the process that renders ended by itself: {self._process.wait()}")
        with suppress(KeyError):  # both threads may come here at once
            while True:
                self._asked.popitem()[1].set_exception(error)
