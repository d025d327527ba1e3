"""Pytest nodes: a chart's ci/ folder and its chartproof.yaml, the files of cases, their tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from chartproof.errors import ChartproofError
from chartproof.snapshot import files, settings
from chartproof.snapshot.items import CaseTest, LeftoverTest
from chartproof.snapshot.session import ChartSession, chart_session


class CasesFolder(pytest.Directory):
    """The ci/ folder of a chart."""

    def collect(self) -> Iterable[pytest.Collector]:
        """Collect the case files, and the snapshot folders whose case has gone."""
        chart = chart_of(self, self.path.parent)
        for file in sorted(filter(None, chart.cases_by_home)):
            ignored = self.ihook.pytest_ignore_collect(collection_path=file, config=self.config)
            if file.parent == self.path and not ignored:
                yield CaseFile.from_parent(self, path=file, folder=chart.folder)
        yield from leftovers(self, chart)


class CaseFile(pytest.File):
    """A file that brings cases about: a values file of ci/, or chartproof.yaml."""

    def __init__(self, *, folder: Path, **node: Any) -> None:
        super().__init__(**node)
        self.folder = folder

    def collect(self) -> Iterable[pytest.Collector | pytest.Item]:
        """Collect a test for each case, and where there is no ci/ the snapshots left over."""
        chart = chart_of(self, self.folder)
        for case in chart.cases_by_home.get(self.path, ()):
            name = settings.test_name(case)
            yield CaseTest.from_parent(self, name=name, chart=chart, case=case)
        if not (self.folder / settings.CASES).is_dir():
            yield from leftovers(self, chart)


class LeftoverFolder(pytest.File):
    """The snapshots of a case that is no more."""

    def collect(self) -> Iterable[pytest.Item]:
        """Collect the one test."""
        yield LeftoverTest.from_parent(self, name=settings.TEST)


def leftovers(node: pytest.Collector, chart: ChartSession) -> Iterable[LeftoverFolder]:
    """Collect the folders of snapshots that no case has."""
    names = {case.name for case in chart.cases}
    folders = (it for it in chart.snapshots.glob("*/") if it.name not in names)
    for folder in sorted(filter(files.holds_any, folders)):
        yield LeftoverFolder.from_parent(node, path=folder)


def chart_of(node: pytest.Collector, folder: Path) -> ChartSession:
    """Give what is known of a chart; a mistake in its chartproof.yaml is one message."""
    try:
        return chart_session(node.config, folder)
    except ChartproofError as error:
        raise node.CollectError(str(error)) from None
