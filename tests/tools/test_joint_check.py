"""What a schema is sure to accept is found for many values at once, and a render accepts it too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chartproof.chart import Chart
from chartproof.render import ValuesError, render

DRAFT_07 = "http://json-schema.org/draft-07/schema#"
DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema"
SIZE = {"properties": {"size": {"type": "integer", "minimum": 1}}}
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "plain": SIZE,
    "of draft 7": {"$schema": DRAFT_07, **SIZE},
    "of draft 2020-12": {"$schema": DRAFT_2020, **SIZE},
    "with a definition": {
        "$schema": DRAFT_07,
        "definitions": {"size": {"type": "integer", "minimum": 1}},
        "properties": {"size": {"$ref": "#/definitions/size"}},
    },
    "with a definition of draft 2020-12": {
        "$schema": DRAFT_2020,
        "$defs": {"size": {"$anchor": "size", "type": "integer", "minimum": 1}},
        "properties": {"size": {"$ref": "#size"}},
    },
    "that holds itself": {
        "$schema": DRAFT_07,
        "properties": {"size": {"type": "integer", "minimum": 1}, "inner": {"$ref": "#"}},
    },
    "that forbids what it does not know": {"additionalProperties": False, **SIZE},
    "that is a reference as a whole": {
        "$schema": DRAFT_07,
        "definitions": {"all": SIZE},
        "$ref": "#/definitions/all",
    },
    "of draft 4": {"$schema": "http://json-schema.org/draft-04/schema#", **SIZE},
    "with an id": {"$schema": DRAFT_07, "$id": "https://example.com/values", **SIZE},
}
UNSURE = {"that is a reference as a whole", "of draft 4", "with an id"}


def chart_with(folder: Path, schema: Mapping[str, Any] | None, values: str = "size: 1") -> Chart:
    """Make a chart that writes its size."""
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: shop, version: 1.0.0}")
    (folder / "values.yaml").write_text(values)
    (folder / "templates" / "NOTES.txt").write_text("{{ .Values.size }}")
    if schema is not None:
        (folder / "values.schema.json").write_text(json.dumps(schema))
    return Chart.load(folder)


def is_refused(chart: Chart, values: Mapping[str, Any]) -> bool:
    """Tell whether a render refuses values."""
    try:
        render(chart, values)
    except ValuesError:
        return True
    return False


@pytest.mark.parametrize("shape", SCHEMAS)
def test_nothing_is_accepted_that_a_render_refuses(tmp_path: Path, shape: str) -> None:
    chart = chart_with(tmp_path, SCHEMAS[shape])
    good, bad = {"size": 2}, {"size": 0}
    assert not is_refused(chart, good)
    assert is_refused(chart, bad)
    assert chart.joint_check.accepted([bad, bad]) == [False, False]
    assert chart.joint_check.accepted([good, bad]) == [False, False]
    assert chart.joint_check.accepted([good, {}]) == [shape not in UNSURE] * 2


def test_a_fault_within_what_holds_itself_is_seen(tmp_path: Path) -> None:
    chart = chart_with(tmp_path, SCHEMAS["that holds itself"])
    bad = {"inner": {"inner": {"size": "much"}}}
    assert is_refused(chart, bad)
    assert chart.joint_check.accepted([bad, {}]) == [False, False]


def test_values_are_laid_over_the_defaults_first(tmp_path: Path) -> None:
    schema = {"properties": {"disk": {"required": ["size", "name"]}}, "required": ["disk"]}
    chart = chart_with(tmp_path, schema, "disk: {size: 1}")
    named = {"disk": {"name": "big"}}
    assert chart.joint_check.accepted([named, named]) == [True, True]
    assert chart.joint_check.accepted([named, {"disk": {"size": 2}}]) == [False, False]


def test_a_null_deletes_a_default_and_so_is_left_to_the_render(tmp_path: Path) -> None:
    chart = chart_with(tmp_path, {"required": ["size"], **SIZE})
    assert is_refused(chart, {"size": None})
    assert chart.joint_check.accepted([{"size": 2}, {"size": None}, {}]) == [True, False, True]


def test_nothing_is_sure_where_defaults_are_null(tmp_path: Path) -> None:
    chart = chart_with(tmp_path, SIZE, "{size: 1, other: null}")
    assert chart.joint_check.accepted([{}, {}]) == [False, False]


def test_without_any_schema_all_is_accepted(tmp_path: Path) -> None:
    chart = chart_with(tmp_path, None)
    assert chart.joint_check.accepted([{"size": None}]) == [True]
    assert chart.joint_check.accepted([{}, {"size": "much"}]) == [True, True]


def test_nothing_is_sure_where_the_schema_is_no_object(tmp_path: Path) -> None:
    chart = chart_with(tmp_path, {})
    (tmp_path / "values.schema.json").write_text("true")
    assert Chart.load(chart.path).joint_check.accepted([{}, {}]) == [False, False]


def test_nothing_is_sure_with_a_subchart(tmp_path: Path) -> None:
    above = chart_with(tmp_path / "above", SIZE)
    chart_with(above.path / "charts" / "below", {"properties": {"size": {"type": "string"}}}, "{}")
    with_subchart = Chart.load(above.path)
    assert with_subchart.joint_check.accepted([{}, {}]) == [False, False]


def test_one_alone_is_asked_about_in_its_render(tmp_path: Path) -> None:
    chart = chart_with(tmp_path, SIZE)
    assert chart.joint_check.accepted([{}]) == [False]


def test_our_own_cases_are_accepted_where_a_render_accepts_them() -> None:
    chart = Chart.load(Path(__file__).parents[2] / "chart")
    cases = [case for case in chart.cases() if case.expected_failure is None]
    accepted = chart.joint_check.accepted([case.values for case in cases])
    assert sum(accepted) > len(cases) / 2
    typo = {**cases[0].values, "brokre": {}}
    assert not any(chart.joint_check.accepted([typo, *(case.values for case in cases)]))
