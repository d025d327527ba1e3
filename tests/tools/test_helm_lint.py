"""Helm's lint says of many cases what it says of each: the short way is never another way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chartproof import engine, helm_lint
from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.helm_verdicts import Message
from chartproof.options import RenderOptions
from chartproof.render import render
from tests.support.charts import CHARTS, rendering_cases
from tests.support.inline import write_chart

ROOT = Path(__file__).parents[2]
Sorted = list[tuple[str, int, str]]

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Values.name }}
spec:
  {{- if .Values.selector }}
  selector: {matchLabels: {app: x}}
  {{- end }}
"""
LIST = """\
apiVersion: v1
kind: List
items:
  - metadata:
      name: x
      annotations: {helm.sh/resource-policy: {{ .Values.name }}}
"""
IF_FAULTY = "{{ if eq .Values.name `a b` }}"
VALUES = "name: plain\nselector: true\n"


def told(messages: list[Message]) -> Sorted:
    return sorted((it["path"], it["severity"], it["error"]) for it in messages)


def each(chart: Chart, cases: list[Case]) -> list[Sorted]:
    return [
        told([*engine.lint(chart.path, case.values, case.options, with_schema=False)])
        for case in cases
    ]


def together(chart: Chart, cases: list[Case]) -> list[Sorted]:
    return [*map(told, helm_lint.lint(chart, cases, [1] * len(cases)))]


def calls(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Note the charts that Helm lints."""
    linted: list[Path] = []
    sound = engine.lint

    def noted(path: Path, *of: Any, with_schema: bool) -> object:
        linted.append(path)
        return sound(path, *of, with_schema=with_schema)

    monkeypatch.setattr(engine, "lint", noted)
    return linted


def given(*sets: str, kube_version: str | None = None) -> Case:
    return Case(" ".join(sets), sets=sets, options=RenderOptions(kube_version=kube_version))


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"a.yaml": CONFIG_MAP}, "object name does not conform"),
        ({"a.yaml": CONFIG_MAP + "---\n" + CONFIG_MAP.replace("v1", '"v1"')}, "does not conform"),
        ({"a.yaml": IF_FAULTY + "\n  kind: A\n{{ end }}"}, "illegal indent"),
        ({"a.yaml": CONFIG_MAP + IF_FAULTY + "kind: [A]{{ end }}"}, "unable to parse YAML"),
        ({"a.yaml": CONFIG_MAP + IF_FAULTY + "x: ]{{ end }}", "b.yaml": CONFIG_MAP}, "unable to"),
        (
            {"a.yaml": IF_FAULTY + "kind: A\nmetadata: {name: '{{ `{{ x }}` }}'}{{ end }}"},
            'requirements: "{{ x }}"',
        ),
        (
            {"a.yaml": CONFIG_MAP.replace("}}", "}}{{ if .Release.IsInstall }}-{{ end }}")},
            'requirements: "a b"',
        ),
        (
            {"a.yaml": CONFIG_MAP.replace("}}", "}}-{{ .Release.Revision }}")},
            'requirements: "a b-0"',
        ),
        (
            {"a.yaml": CONFIG_MAP.replace("}}", '}}-{{ get .Release "IsInstall" }}')},
            'requirements: "a b-false"',
        ),
        (
            {"a.yaml": CONFIG_MAP.replace("}}", "}}-{{ .Release.Name }}")},
            'requirements: "a b-test-release"',
        ),
        (
            {"a.yaml": IF_FAULTY + "{{ fail `no` }}{{ end }}" + CONFIG_MAP},
            "does not conform",
        ),
        ({"a.yaml": CONFIG_MAP, "b.YAML": CONFIG_MAP}, "does not conform"),
        ({"a.yaml": CONFIG_MAP, "sub/b.yml": CONFIG_MAP, "c.json": "{}"}, "does not conform"),
        ({"a.yaml": CONFIG_MAP.replace("ConfigMap", "Service")}, "does not conform"),
    ],
)
def test_a_fault_that_one_case_shows_is_told_of_it_alone(
    files: Mapping[str, str], fault: str, tmp_path: Path
) -> None:
    templates = {f"templates/{name}": text for name, text in files.items()}
    chart = write_chart(tmp_path, {"values.yaml": VALUES, **templates})
    cases = [given("name=x"), given("name=u"), given("name=a b"), given("name=z")]
    expected = each(chart, cases)
    assert [any(fault in error for *_, error in case) for case in expected] == [
        *(False, False, True, False)
    ]
    assert together(chart, cases) == expected


def test_what_a_value_says_as_a_template_is_told_as_helm_does(tmp_path: Path) -> None:
    template = CONFIG_MAP.replace(".Values.name", "tpl .Values.name .")
    chart = write_chart(tmp_path, {"values.yaml": VALUES, "templates/a.yaml": template})
    asking = Case("asking", inline={"name": "a b-{{ .Release.IsInstall }}-{{ .Release.Revision }}"})
    cases = [given("name=x"), asking]
    expected = each(chart, cases)
    assert 'requirements: "a b-false-0"' in expected[1][0][2] + expected[1][-1][2]
    assert together(chart, cases) == expected


def test_what_helm_says_of_whole_kinds_and_texts_is_told_of_every_case(tmp_path: Path) -> None:
    old = "policy/v1beta1"
    files = {
        "values.yaml": VALUES,
        "templates/deployment.yaml": DEPLOYMENT,
        "templates/list.yaml": LIST,
        "templates/old.yaml": CONFIG_MAP.replace("v1", old).replace(
            "ConfigMap", "PodDisruptionBudget"
        ),
    }
    chart = write_chart(tmp_path, files)
    cases = [
        given("name=x"),
        given("name=u", "selector=false"),
        given("name=keep", "selector=false", kube_version="1.20"),
        given("name=keep", kube_version="1.30"),
        given("name=other", kube_version="1.30"),
    ]
    expected = each(chart, cases)
    errors = " ".join(error for case in expected for *_, error in case)
    for fault in (f"{old} PodDisruptionBudget is deprecated", "must contain", "are ignored"):
        assert fault in errors
    assert expected[2] != expected[1]  # 1.20 still has what is deprecated later
    assert together(chart, cases) == expected


@pytest.mark.parametrize("folder", [CHARTS / "cases", ROOT / "chart"], ids=["fixture", "own"])
def test_charts_with_cases_are_linted_the_short_way_and_alike(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = Chart.load(folder)
    rendering = [Case("defaults"), *rendering_cases(folder)]
    asked = helm_lint._asked_otherwise(chart, rendering)
    cases = [case for case, is_asked in zip(rendering, asked, strict=True) if not is_asked]
    expected = each(chart, cases)
    linted = calls(monkeypatch)
    assert together(chart, cases) == expected
    assert linted.count(folder) == 1


def test_a_text_is_linted_once_and_the_kinds_that_helm_has_nothing_against_without_their_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"values.yaml": VALUES, "templates/a.yaml": CONFIG_MAP, "templates/b.yaml": DEPLOYMENT}
    chart = write_chart(tmp_path, files)
    render(chart)
    given_to_helm: list[dict[str, str]] = []
    sound = engine.lint

    def noted(path: Path, *of: Any, with_schema: bool) -> object:
        if path != chart.path:
            texts = {it.name: it.read_text() for it in path.glob("templates/*")}
            given_to_helm.append(texts)
        return sound(path, *of, with_schema=with_schema)

    monkeypatch.setattr(engine, "lint", noted)
    together(chart, [given("name=x"), given("name=u"), given("selector=false"), given("name=u")])
    _, texts = given_to_helm
    assert len(texts) == 4  # two templates as u, and two without the selector
    assert not any("apps/v1" in text for text in texts.values())
    assert any("kind: Deployment" in text for text in texts.values())


def test_a_text_that_only_helms_release_name_brings_about_is_linted(tmp_path: Path) -> None:
    template = "{{ if hasPrefix `test-` .Release.Name }}" + CONFIG_MAP + "{{ end }}"
    chart = write_chart(tmp_path, {"values.yaml": VALUES, "templates/a.yaml": template})
    cases = [given("name=x"), given("name=a b")]
    assert not any(render(chart, case.values, case.options).manifests for case in cases)
    expected = each(chart, cases)
    assert 'requirements: "a b"' in expected[1][-1][2] + expected[1][0][2]
    assert together(chart, cases) == expected


def test_the_case_that_is_linted_as_it_is_has_the_fewest_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"values.yaml": VALUES, "templates/a.yaml": CONFIG_MAP}
    chart = write_chart(tmp_path, files)
    cases = [given(f"name={name}") for name in ("w", "x", "y", "a b")]
    expected = each(chart, cases)
    asked: list[object] = []
    sound = engine.lint

    def noted(path: Path, values: Any, *of: Any, with_schema: bool) -> object:
        if path == chart.path:
            asked.append((values, with_schema))
        return sound(path, values, *of, with_schema=with_schema)

    monkeypatch.setattr(engine, "lint", noted)
    assert [*map(told, helm_lint.lint(chart, cases, [3, None, 1, 2]))] == expected
    assert asked == [({"name": "y"}, False), ({"name": "x"}, True)]  # and what fails, by itself
