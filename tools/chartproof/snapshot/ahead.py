"""The order in which a session's cases are rendered: a few ahead of the one that is compared."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from chartproof.cases import Case
from chartproof.snapshot.renderer import Renderer
from chartproof.snapshot.text import Rendered

AHEAD, TOGETHER = 32, 8
"""So many cases are asked for ahead, and so many at once, as they are rendered together; each waits
for its turn as text, 100 KB in a large chart."""


class Turn(Hashable, Protocol):
    """A test that needs a case rendered."""

    @property
    def chart(self) -> Path:
        """The chart's folder."""

    @property
    def case(self) -> Case:
        """The case to render."""

    @property
    def for_later(self) -> bool:
        """Whether later runs are to know of it."""


class Ahead:
    """Renders for the turns of a session."""

    def __init__(self, renderer: Renderer, turns: Iterator[Turn]) -> None:
        self._renderer = renderer
        self._coming = turns
        self._begun: set[Turn] = set()
        self._rendering: dict[Turn, Future[Rendered]] = {}

    def rendered(self, turn: Turn) -> Rendered:
        """Give the render of a turn, be it the next one or not. Raises ChartproofError."""
        if turn not in self._rendering:
            self._begin(turn)
        if len(self._rendering) <= AHEAD - TOGETHER:
            self._begin_coming()
        return self._rendering.pop(turn).result()

    def _begin_coming(self) -> None:
        while len(self._rendering) < AHEAD and (coming := next(self._coming, None)):
            if coming not in self._begun:
                self._begin(coming)

    def _begin(self, turn: Turn) -> None:
        self._begun.add(turn)
        future = self._renderer.render(turn.chart, turn.case, for_later=turn.for_later)
        self._rendering[turn] = future
