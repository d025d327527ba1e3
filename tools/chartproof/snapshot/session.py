"""What the tests of a chart share in one run of pytest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chartproof.cases import Case
from chartproof.project.file import cases_of
from chartproof.snapshot import settings
from chartproof.snapshot.known import Known

if TYPE_CHECKING:
    from chartproof.chart import Chart
    from chartproof.snapshot.ahead import Ahead, Turn
    from chartproof.snapshot.renderer import Renderer

_CHARTS = pytest.StashKey[dict[Path, "ChartSession"]]()
_RENDERER = pytest.StashKey["Renderer"]()
_AHEAD = pytest.StashKey["Ahead"]()


class ChartSession:
    """A chart under test: its cases, its snapshots, and what earlier runs have found out."""

    def __init__(self, config: pytest.Config, folder: Path) -> None:
        self.folder = folder
        self.cases: Sequence[Case] = cases_of(folder)
        self.snapshots = settings.snapshots(config, folder)
        self.cases_by_home: dict[Path | None, list[Case]] = defaultdict(list)
        for case in self.cases:
            self.cases_by_home[case.home].append(case)
        self._config = config

    @cached_property
    def known(self) -> Known | None:
        """What is known of the cases from earlier runs, None where the run is to know nothing."""
        cache = settings.cache(self._config)
        if cache is None:
            return None
        known = Known(cache, self.folder)
        self._config.add_cleanup(known.write)
        return known

    @cached_property
    def loaded(self) -> Chart:
        """The chart, for a second look at cases that are not as approved."""
        from chartproof.chart import Chart

        return Chart.load(self.folder)


def chart_session(config: pytest.Config, folder: Path) -> ChartSession:
    """Give what is shared for the chart in `folder`; the first call reads it. Raises InputError."""
    charts = config.stash.setdefault(_CHARTS, {})
    if folder not in charts:
        renders = not config.option.collectonly
        is_new = not settings.remembers(config)
        if renders and is_new:
            renderer(config).load(folder)  # which takes as long as all that comes here
        charts[folder] = ChartSession(config, folder)
        if renders and not is_new and not charts[folder].known:
            renderer(config).load(folder)
    return charts[folder]


def renderer(config: pytest.Config) -> Renderer:
    """Give the session's renderer; the first call starts its process."""
    from chartproof.snapshot.renderer import Renderer

    if _RENDERER not in config.stash:
        config.stash[_RENDERER] = Renderer()
        config.add_cleanup(config.stash[_RENDERER].close)
    return config.stash[_RENDERER]


def ahead(config: pytest.Config, turns: Iterator[Turn]) -> Ahead:
    """Give what renders ahead; the first call says for which turns."""
    from chartproof.snapshot.ahead import Ahead

    if _AHEAD not in config.stash:
        config.stash[_AHEAD] = Ahead(renderer(config), turns)
    return config.stash[_AHEAD]
