"""Stages and how long they took: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as Live
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

# Where nobody watches it live, a stage says at most this often where it stands.
PLAIN_EVERY_S = 5.0
# Lines that a program or a later reader takes in need not fit a terminal.
PLAIN_WIDTH = 200


def console() -> Console:
    """Return standard output: as wide as the terminal, or wide enough where it is none."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)


@dataclass(frozen=True)
class Timing:
    """A stage that ended well, and the seconds it took."""

    stage: str
    seconds: float


def timing_table(timings: Sequence[Timing], total_s: float) -> Table:
    """Show how long each stage took, and all of them: stages may have run side by side."""
    shown = Table(box=None, show_header=False, pad_edge=False)
    shown.add_column()
    shown.add_column(justify="right")
    for timing in timings:
        shown.add_row(timing.stage, f"{timing.seconds:.1f} s")
    shown.add_row("total", f"{total_s:.1f} s", style="bold")
    return shown


class Stage:
    """A stage under way; `detail` shows where it stands."""

    def __init__(self, progress: Progress, name: str, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._printed = ""
        self._printed_at = -PLAIN_EVERY_S
        self.name = name

    def detail(self, text: str) -> None:
        """Show one line beside the stage; where there is no terminal, print new ones at times."""
        self._progress.live.update(self._task, detail=escape(text), refresh=True)
        due = time.monotonic() - self._printed_at >= PLAIN_EVERY_S
        if not self._progress.console.is_terminal and text != self._printed and due:
            self._printed, self._printed_at = text, time.monotonic()
            self._progress.note(f"  {self.name}: {text}")


class Progress:
    """What a person sees of the work; safe to use from several threads.

    `timings` keeps the stages that ended well, in the order they ended.
    """

    def __init__(self, shown_on: Console | None = None) -> None:
        self.console = shown_on or console()
        self.timings: list[Timing] = []
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._active = 0
        self.live = Live(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[detail]}", style="dim"),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )

    @property
    def seconds(self) -> float:
        """The time since it began."""
        return time.monotonic() - self._started

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Time a stage and show it while it lasts; one that raises is shown as failed."""
        task = self._begin(name)
        started = time.monotonic()
        try:
            yield Stage(self, name, task)
        except BaseException:
            self._end(task, f"[red]✗[/] {escape(name)}: stopped after", started)
            raise
        self.timings.append(Timing(name, time.monotonic() - started))
        self._end(task, f"[green]✓[/] {escape(name)}:", started)

    def note(self, text: str) -> None:
        """Print a line that stays."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _begin(self, name: str) -> TaskID:
        with self._lock:
            if self._active == 0:
                self.live.start()
            self._active += 1
        if not self.console.is_terminal:
            self.note(f"  {name} ...")
        return self.live.add_task(escape(name), total=None, detail="")

    def _end(self, task: TaskID, line: str, started: float) -> None:
        self.live.remove_task(task)
        seconds = time.monotonic() - started
        self.console.print(f"{line} {seconds:.1f} s", highlight=False, soft_wrap=True)
        with self._lock:
            self._active -= 1
            if self._active == 0:
                self.live.stop()
