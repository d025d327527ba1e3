"""A chart is read once; what cannot be read is told by its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chartproof.chart import Chart
from chartproof.errors import InputError
from chartproof.render import render
from tests.support.charts import CHARTS, chart


def test_a_chart_knows_its_name_version_values_and_schema() -> None:
    strict = chart("strict-schema")
    assert (strict.name, strict.version) == ("strict-schema", "0.1.0")
    assert strict.values["broker"]["replicas"] == 1
    assert strict.schema is not None
    assert strict.schema["additionalProperties"] is False
    assert chart("notes").schema is None


def test_a_packed_chart_renders_like_its_folder(tmp_path: Path) -> None:
    folder = chart("subcharts-by-condition")
    packed = tmp_path / "packed.tgz"
    packed.write_bytes(folder.archive)
    assert str(render(Chart.load(packed))) == str(render(folder))


def test_the_cases_of_a_chart_are_its_values_files_by_name() -> None:
    cases = chart("cases").cases()
    assert [(case.name, case.values) for case in cases] == [
        ("one", {"kept": "one"}),
        ("two", {"kept": "two"}),
    ]


def test_a_case_that_is_not_there_is_missed_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match=r"cases/ci: no case 'tow', did you mean two\?$"):
        chart("cases").case("tow")
    with pytest.raises(InputError, match=r"notes/ci: no case 'any': it has none$"):
        chart("notes").case("any")


def test_what_is_no_chart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere: no such chart folder$"):
        Chart.load(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"not a chart, it has no Chart\.yaml$"):
        Chart.load(tmp_path)
    (tmp_path / "chart.tgz").write_text("no archive")
    with pytest.raises(InputError, match=r"chart\.tgz: "):
        Chart.load(tmp_path / "chart.tgz")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("values.yaml", "a: 1\nb: c: d\n", "2:5: mapping values are not allowed in this context"),
        ("Chart.yaml", "name: {\n", "1:8: did not find expected node content"),
    ],
)
def test_a_chart_with_broken_yaml_is_told_by_line_and_column(
    tmp_path: Path, file: str, text: str, said: str
) -> None:
    broken = shutil.copytree(CHARTS / "notes", tmp_path / "chart")
    (broken / file).write_text(text)
    with pytest.raises(InputError) as caught:
        Chart.load(broken)
    assert str(caught.value).startswith(f"{broken / file}:{said}\n")


def test_a_chart_without_a_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: unversioned\n")
    with pytest.raises(InputError, match=r"chart\.metadata\.version is required"):
        Chart.load(tmp_path)


def test_a_dependency_that_is_not_in_charts_is_missed(tmp_path: Path) -> None:
    lacking = shutil.copytree(CHARTS / "library-chart", tmp_path / "chart")
    shutil.rmtree(lacking / "charts")
    with pytest.raises(InputError) as caught:
        render(Chart.load(lacking))
    assert str(caught.value) == (
        f"{lacking}/charts: lacks library, which Chart.yaml depends on: "
        f"run `helm dependency build {lacking}`"
    )


def test_a_file_of_a_subchart_under_an_alias_is_found_in_the_subcharts_own_folder() -> None:
    aliased = Chart.load(Path(__file__).parent / "rules" / "planted" / "clinic")
    located = aliased.locate("clinic/charts/visits/templates/all.yaml")
    assert located == aliased.path / "charts/ledger/templates/all.yaml"
    assert located.is_file()
