"""The pytest plugin: hooks and fixtures only.

Every pytest run on the machine loads it, so it imports what renders and compares only where the
ini file names a chart; Helm itself is loaded by the first render.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chartproof.project import FILE
from chartproof.snapshot import settings

if TYPE_CHECKING:
    from chartproof.chart import Chart
    from chartproof.release import Release
    from chartproof.snapshot.collect import CaseFile, CasesFolder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the ini options."""
    settings.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Collect the charts' cases too where pytest goes by `testpaths`."""
    settings.check(config)
    if config.args_source is config.ArgsSource.TESTPATHS:
        testpaths = [Path(path).absolute() for path in config.args]
        for chart in settings.charts(config):
            for path in settings.case_paths(chart):
                if not any(path.is_relative_to(searched) for searched in testpaths):
                    config.args.append(str(path))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Look for no tests among the snapshots, which can be many thousands of files."""
    charts = settings.charts(config)
    return collection_path in [settings.snapshots(config, chart) for chart in charts] or None


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> CasesFolder | None:
    """Take ci/ of a chart under test for a folder of cases."""
    if path.name != settings.CASES or path.parent not in settings.charts(parent.config):
        return None
    from chartproof.snapshot.collect import CasesFolder

    return CasesFolder.from_parent(parent, path=path)


@pytest.hookimpl(trylast=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """Take chartproof.yaml of a chart under test for a file of cases."""
    chart = file_path.parent
    if file_path.name != FILE or chart not in settings.charts(parent.config):
        return None
    from chartproof.snapshot.collect import CaseFile

    return CaseFile.from_parent(parent, path=file_path, folder=chart)


@pytest.hookimpl(trylast=True)  # below syrupy's own summary
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell of the snapshots that are no news to syrupy: those as approved, and unused ones."""
    if settings.charts(terminalreporter.config):
        from chartproof.snapshot.summary import summary

        reports = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        for line in summary(reports):
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def chart(pytestconfig: pytest.Config) -> Chart:
    """Give the chart of the ini file."""
    from chartproof.chart import Chart

    charts = settings.charts(pytestconfig)
    if len(charts) != 1:
        pytest.fail(
            f"the fixture `chart` needs one chart in {settings.CHARTS}, it names {len(charts)}:"
            " define the fixture `chart` in your conftest.py",
            pytrace=False,
        )
    return Chart.load(charts[0])


@pytest.fixture
def render(chart: Chart) -> Callable[..., Release]:
    """Give `chartproof.render.render` for the chart: call it with values and options."""
    from chartproof.chart import Chart
    from chartproof.render import render

    if not isinstance(chart, Chart):
        found = type(chart).__name__
        pytest.fail(
            f"the fixture `chart` must give a chartproof.chart.Chart, found {found}", pytrace=False
        )
    return partial(render, chart)


@pytest.fixture
def release(render: Callable[..., Release]) -> Release:
    """Give the chart rendered with its defaults."""
    return render()
