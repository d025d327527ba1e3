"""`chartproof diff` ends with the right exit code, and says what it cannot work with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.command_line import Run, runner
from tests.support.inline import write_chart
from tests.tools.diff.planted import planted


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs `chartproof diff`."""
    return runner(monkeypatch, capsys, "diff")


@pytest.fixture
def charts(tmp_path: Path) -> Sequence[Path]:
    """Write an upgrade whose version does not tell how large a step it is."""
    upgrade = planted("removed-port")
    return [
        write_chart(tmp_path / side, files).path
        for side, files in (("old", upgrade.old), ("new", upgrade.new))
    ]


def test_a_step_that_the_version_does_not_tell_fails_on_request_alone(
    run: Run, charts: Sequence[Path]
) -> None:
    assert run(*charts).code == 0
    strict = run(*charts, "--strict")
    assert (strict.code, strict.out) == (1, planted("removed-port").says)


def test_a_version_that_is_far_enough_is_fine(run: Run, charts: Sequence[Path]) -> None:
    chart = charts[1] / "Chart.yaml"
    chart.write_text(chart.read_text().replace("1.1.0", "2.0.0"))
    assert run(*charts, "--strict").code == 0


def test_every_format_has_the_verdict(run: Run, charts: Sequence[Path]) -> None:
    assert json.loads(run(*charts, "--output", "json").out)["level"] == "major"
    assert run(*charts, "-o", "markdown").out.startswith("<!-- chartproof diff shop -->\n### shop")
    assert run(*charts, "-o", "yaml").code == 2


def test_values_of_one_s_own_are_a_case(run: Run, charts: Sequence[Path], tmp_path: Path) -> None:
    values = tmp_path / "mine.yaml"
    values.write_text("a: 1\n")
    shown = run(*charts, "-f", values, "--set", "b=2")
    assert shown.out.startswith("shop 1.0.0 -> 1.1.0, 1 case: given values\n")


def test_a_case_is_chosen_by_its_name_and_laid_over(run: Run, charts: Sequence[Path]) -> None:
    (charts[0] / "ci").mkdir()
    (charts[0] / "ci/ha-values.yaml").write_text("")
    shown = run(*charts, "--case", "ha", "--case", "defaults", "--set", "a=1")
    assert shown.out.startswith("shop 1.0.0 -> 1.1.0, 2 cases: ha, defaults\n")
    wrong = run(*charts, "--case", "haa")
    assert (wrong.code, wrong.err) == (
        2,
        "--case: neither chart has a case 'haa', did you mean ha?\n",
    )


def test_a_chart_without_its_subcharts_cannot_be_judged(run: Run, charts: Sequence[Path]) -> None:
    chart = charts[1] / "Chart.yaml"
    chart.write_text(chart.read_text() + "dependencies: [{name: paint, version: 1.0.0}]\n")
    ended = run(*charts)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"{charts[1]}/charts: lacks paint: run helm dependency build\n"


def test_a_schema_that_is_none_is_told(run: Run, charts: Sequence[Path]) -> None:
    (charts[1] / "values.schema.json").write_text('{"type": 1}')
    ended = run(*charts)
    assert (ended.code, ended.out) == (2, "")
    told = "values.schema.json of shop: no JSON schema: at $.type: 1 is not valid"
    assert ended.err.startswith(f"{charts[1]}: {told}")


def test_a_reference_that_leads_nowhere_is_an_error_of_input(
    run: Run, charts: Sequence[Path]
) -> None:
    ended = run("nowhere", charts[1])
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("nowhere: no such file or folder; expected a folder, an archive,")
