"""A chart as an experiment sees it: what is its subcharts', and how much may be tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.experiments.search import is_extensible
from chartproof.experiments.subject import Allowance, Subject
from tests.support.inline import CHART_YAML, write_chart

DEPENDENCIES = """\
dependencies:
  - {name: db, version: "1", alias: store, condition: "store.enabled,extras.on"}
  - {name: web, version: "1"}
"""
FILES = {
    "Chart.yaml": CHART_YAML + DEPENDENCIES,
    "charts/db/Chart.yaml": CHART_YAML.replace("shop", "db"),
    "charts/db/values.yaml": "a: 1\n",
    "charts/db/templates/a.yaml": "a: {{ .Values.a }}\n",
    "charts/web/Chart.yaml": CHART_YAML.replace("shop", "web"),
    "charts/web/templates/b.yaml": "b: {{ .Values.b }}\n",
}


def test_a_subchart_has_its_values_under_its_alias_or_its_name(tmp_path: Path) -> None:
    assert Subject(write_chart(tmp_path, FILES)).subcharts == {"store": "db", "web": "web"}


def test_keys_that_reach_subcharts_or_switch_them_steer(tmp_path: Path) -> None:
    subject = Subject(write_chart(tmp_path, FILES))
    assert subject.steering - {""} == {"store", "db", "web", "extras", "global", "tags"}


def test_nothing_steers_where_there_is_no_subchart(tmp_path: Path) -> None:
    assert Subject(write_chart(tmp_path, {})).steering == set()


def test_the_templates_of_a_subchart_are_its_own(tmp_path: Path) -> None:
    subject = Subject(write_chart(tmp_path, FILES))
    assert subject.templates_of("store") == ["a: {{ .Values.a }}\n"]


@pytest.mark.parametrize(("text", "schema"), [('{"type": "object"}', {"type": "object"}), ("", {})])
def test_the_schema_is_the_chart_s_or_empty(
    tmp_path: Path, text: str, schema: dict[str, str]
) -> None:
    files = {"values.schema.json": text} if text else {}
    assert Subject(write_chart(tmp_path, files)).schema == schema


def test_an_allowance_is_spent_by_what_it_is_too_small_for() -> None:
    allowance = Allowance(10)
    assert allowance.may_render(4)
    assert not allowance.is_spent
    assert not allowance.may_render(7)
    assert allowance.is_spent
    assert not allowance.may_render(1)


@pytest.mark.parametrize(
    ("value", "is_one"), [({}, True), ([], True), (["a"], True), ([1], False), ("a", False)]
)
def test_a_map_and_a_list_of_texts_can_have_one_more(value: object, is_one: bool) -> None:
    assert is_extensible(value) is is_one
