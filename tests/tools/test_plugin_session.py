"""What the tests of a run share: one renderer, what renders ahead, and what is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chartproof.snapshot.items import coming
from chartproof.snapshot.renderer import Renderer
from chartproof.snapshot.session import ahead, chart_session, renderer
from tests.support.project import approve, make_project, write

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """Make the project that the tests work on."""
    return make_project(pytester)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of what renderers are asked for: to load, or a case and whether for later."""
    said: list[str] = []
    load, render = Renderer.load, Renderer.render

    def noted_load(self: Renderer, chart: Path) -> None:
        said.append(f"load {chart.name}")
        load(self, chart)

    def noted_render(self: Renderer, chart: Path, case: Any, *, for_later: bool) -> Any:
        said.append(f"{case.name}{' for later' if for_later else ''}")
        return render(self, chart, case, for_later=for_later)

    monkeypatch.setattr(Renderer, "load", noted_load)
    monkeypatch.setattr(Renderer, "render", noted_render)
    return said


def test_a_run_has_one_renderer_and_reads_a_chart_once(
    pytester: pytest.Pytester, asked: list[str]
) -> None:
    config, folder = pytester.parseconfig(), pytester.path / "chart"
    assert chart_session(config, folder) is chart_session(config, folder)
    assert renderer(config) is renderer(config)
    assert ahead(config, iter(())) is ahead(config, iter(()))
    assert asked == ["load chart"]


def test_a_chart_is_loaded_as_it_is_collected_to_be_tested(
    pytester: pytest.Pytester, asked: list[str]
) -> None:
    pytester.runpytest("--collect-only")
    assert asked == []
    pytester.runpytest()
    assert asked[0] == "load chart"


def test_cases_are_rendered_once_for_later_and_not_again(
    pytester: pytest.Pytester, asked: list[str]
) -> None:
    approve(pytester)
    asked.clear()
    pytester.runpytest("--chartproof-no-cache")
    assert asked == ["load chart", "default", "ha"]
    asked.clear()
    pytester.runpytest()
    assert asked == ["load chart", "default for later", "ha for later"]
    asked.clear()
    pytester.runpytest()
    assert asked == []


def test_the_cases_that_are_not_known_are_rendered_ahead(pytester: pytest.Pytester) -> None:
    assert to_come(pytester) == ["default", "ha"]
    approve(pytester)
    pytester.runpytest()
    assert to_come(pytester) == []
    write("chart/.helmignore", "ci/")
    pytester.runpytest()
    write("chart/ci/ha-values.yaml", "replicas: 5")
    assert to_come(pytester) == ["ha"]


def test_a_worker_that_runs_tests_beside_others_renders_none_ahead(
    pytester: pytest.Pytester,
) -> None:
    assert to_come(pytester, is_worker=True) == []


def to_come(pytester: pytest.Pytester, *, is_worker: bool = False) -> list[str]:
    """Return the names of the cases that a run would render ahead of their turn."""
    items, _ = pytester.inline_genitems()
    session = items[0].session
    assert [item.name for item in session.items] == ["test_plain", "snapshot", "snapshot"]
    if is_worker:
        session.config.workerinput = {}  # type: ignore[attr-defined]
    return [item.case.name for item in coming(session)]
