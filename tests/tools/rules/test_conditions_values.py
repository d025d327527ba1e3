"""Conditions of the rules about values that no fixture chart shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from chartproof import engine
from chartproof.chart import Chart
from chartproof.experiments.search import Search
from chartproof.findings import Severity
from chartproof.rules import value_is_read
from tests.support.charts import CHARTS
from tests.support.inline import CHART_YAML, found_with, messages, write_chart

SCHEMA, READ = "schema-describes-the-values", "value-is-read"
OUTPUT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"


def test_keys_of_a_packed_chart_are_looked_at_where_its_files_are_none_on_disk(
    tmp_path: Path,
) -> None:
    packed = tmp_path / "chart.tgz"
    packed.write_bytes(engine.pack(CHARTS / "rules" / "yaml-key-is-unique" / "good"))
    assert found_with("yaml-key-is-unique", Chart.load(packed)) == []


def test_a_chart_without_a_schema_has_nothing_to_differ_from(tmp_path: Path) -> None:
    assert found_with(SCHEMA, write_chart(tmp_path, {"values.yaml": "replicas: 1\n"})) == []


def test_the_values_of_a_subchart_are_for_its_own_schema(tmp_path: Path) -> None:
    dependency = "dependencies: [{name: broker, version: 1.0.0}]\n"
    chart = write_chart(
        tmp_path,
        {
            "Chart.yaml": CHART_YAML + dependency,
            "charts/broker/Chart.yaml": CHART_YAML.replace("shop", "broker"),
            "values.yaml": "broker: {replicas: 3}\nweb: {broker: {host: a}}\n",
            "values.schema.json": json.dumps({"properties": {"web": {"properties": {"a": {}}}}}),
        },
    )
    assert messages(found_with(SCHEMA, chart)) == [
        "values.schema.json does not describe web.broker",
        "values.schema.json describes web.a, which values.yaml does not have",
    ]


def test_flags_are_switched_on_in_the_first_case(tmp_path: Path) -> None:
    template = (
        '{{ if and .Values.enabled (eq .Values.mode "one") }}\n  a: {{ .Values.text }}\n{{ end }}'
    )
    values = "enabled: false\nmode: one\ntext: hello\n"
    chart = write_chart(tmp_path, {"templates/all.yaml": OUTPUT + template, "values.yaml": values})
    (told,) = (it for it in found_with(READ, chart, {}, {"mode": "two"}) if it.field == "text")
    assert told.message == "no case uses text: none switches on enabled"


def test_a_flag_that_cannot_be_switched_on_shows_nothing(tmp_path: Path) -> None:
    template = '{{ if .Values.enabled }}{{ fail "not yet" }}{{ end }}'
    chart = write_chart(
        tmp_path,
        {"templates/all.yaml": OUTPUT + template, "values.yaml": "enabled: false\ntext: hello\n"},
    )
    (dead,) = (it for it in found_with(READ, chart) if it.field == "text")
    assert dead.severity is Severity.WARNING


def test_a_value_that_a_template_names_is_not_called_dead_beside_one_that_shows(
    tmp_path: Path,
) -> None:
    template = (
        "  a: {{ .Values.web.port }}\n{{ if eq 1 2 }}\n  b: {{ .Values.web.host }}\n{{ end }}"
    )
    chart = write_chart(
        tmp_path,
        {
            "templates/all.yaml": OUTPUT + template,
            "values.yaml": "web: {port: 1, host: b, other: c}\n",
        },
    )
    assert [(it.field, it.severity) for it in found_with(READ, chart)] == [
        ("web.host", Severity.NOTE),
        ("web.other", Severity.WARNING),
    ]


def test_a_text_in_place_of_a_list_is_told_as_such(tmp_path: Path) -> None:
    template = OUTPUT + "  a: {{ first .Values.hosts }}\n"
    chart = write_chart(tmp_path, {"templates/all.yaml": template, "values.yaml": "hosts: [one]\n"})
    (finding,) = found_with("wrong-type-is-refused", chart)
    assert finding.message.startswith("a text in place of the list for hosts breaks")


NULL = "null-is-handled"
READERS = {
    "by a helper whose name is made": {
        "templates/_helpers.tpl": '{{ define "shop.of.web" }}{{ .Values.image.tag }}{{ end }}',
        "templates/all.yaml": '{{ include (printf "shop.of.%s" "web") . }}',
    },
    "by another file whose name is made": {
        "templates/all.yaml": "{{ .Values.image.tag }}",
        "templates/sum.yaml": '{{ include (print .Template.BasePath "/all.yaml") . | sha256sum }}',
    },
    "by a text that tpl carries out": {
        "templates/all.yaml": "{{ tpl .Values.text . }}",
        "values.yaml": "image: {tag: 1}\ntext: '{{ .Values.image.tag }}'\n",
    },
    "through a variable that another template sets": {
        "templates/all.yaml": "{{ .Values.other.tag }}",
        "templates/first.yaml": '{{ $_ := set .Values "other" .Values.image }}',
        "values.yaml": "image: {tag: 1}\nother: {tag: 1}\n",
    },
}


@pytest.mark.parametrize("how", READERS)
def test_a_null_is_tried_in_every_template_that_reads_it(how: str, tmp_path: Path) -> None:
    files = {"values.yaml": "image: {tag: 1}\nunread: 1\n", **READERS[how]}
    assert "image" in {it.field for it in found_with(NULL, write_chart(tmp_path, files))}


def test_a_null_that_lets_a_subchart_in_is_tried_in_the_subchart(tmp_path: Path) -> None:
    dependency = "dependencies: [{name: db, version: 1.x, condition: parts.db}]\n"
    chart = write_chart(
        tmp_path,
        {
            "Chart.yaml": CHART_YAML + dependency,
            "values.yaml": "parts: {db: false}\n",
            "charts/db/Chart.yaml": CHART_YAML.replace("shop", "db"),
            "charts/db/templates/all.yaml": "{{ .Values.no.such.value }}",
        },
    )
    assert {it.field for it in found_with(NULL, chart)} == {"parts", "parts.db"}


def test_a_null_for_a_subchart_that_chart_yaml_does_not_list_is_tried_in_it(tmp_path: Path) -> None:
    chart = write_chart(
        tmp_path,
        {
            "values.yaml": "db: {login: {user: a}}\n",
            "charts/db/Chart.yaml": CHART_YAML.replace("shop", "db"),
            "charts/db/templates/all.yaml": "{{ .Values.login.user }}",
        },
    )
    assert {it.field for it in found_with(NULL, chart)} >= {"db.login"}


def test_a_null_that_the_chart_refuses_or_its_schema_does_is_no_fault(tmp_path: Path) -> None:
    chart = write_chart(
        tmp_path,
        {
            "values.yaml": "image: {tag: 1}\nlogin: {user: a}\nport: {number: 1}\n",
            "values.schema.json": '{"properties": {"port": {"required": ["number"]}}}',
            "templates/all.yaml": '{{ required "image is needed" .Values.image }}'
            "{{ .Values.image.tag }}{{ .Values.login.user }}{{ .Values.port.number | int }}",
        },
    )
    assert [it.field for it in found_with(NULL, chart)] == ["login", "port"]


def of_dead_value(
    folder: Path, monkeypatch: pytest.MonkeyPatch, renders: int
) -> list[tuple[str, Severity, str]]:
    """Return what is said where so many renders are allowed, of a value that nothing reads."""
    chart = write_chart(folder, {"templates/all.yaml": OUTPUT, "values.yaml": "text: hello\n"})
    monkeypatch.setattr(value_is_read, "_ALLOWED_BYTES", renders * len(OUTPUT))
    return [(it.field, it.severity, it.message) for it in found_with(READ, chart)]


def test_a_value_is_judged_only_where_a_render_more_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = "no template reads text: changing it changes no output"
    assert of_dead_value(tmp_path, monkeypatch, 2) == [("text", Severity.WARNING, dead)]
    left_out = "tried 0 changes of values, and left out 1 for the time they take: --deep tries all"
    assert of_dead_value(tmp_path, monkeypatch, 1) == [("", Severity.NOTE, left_out)]


def test_what_one_case_shows_is_not_looked_for_in_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[str]] = []
    shown = Search.shown

    def noted(self: Search, paths: Sequence[tuple[str | int, ...]]) -> set[tuple[str | int, ...]]:
        asked.append({str(path[0]) for path in paths})
        return shown(self, paths)

    monkeypatch.setattr(Search, "shown", noted)
    template = "  a: {{ .Values.text }}\n{{ if .Values.more }}\n  b: {{ .Values.other }}\n{{ end }}"
    values = "text: hello\nother: world\nmore: true\n"
    chart = write_chart(tmp_path, {"templates/all.yaml": OUTPUT + template, "values.yaml": values})
    assert found_with(READ, chart, {"more": False}, {}) == []
    assert asked == [{"text", "other", "more"}, set()]
    asked.clear()
    assert len(found_with(READ, chart, {"more": False}, {"more": False})) == 1
    assert asked == [{"text", "other", "more"}, {"other"}]
