"""What is rendered for many values at once is, to the byte, what each gives alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartproof import engine
from chartproof.chart import Chart
from chartproof.joint_render import Asked, JointRender
from chartproof.options import RenderOptions
from tests.support.inline import write_chart

FIXTURES = Path(__file__).parent / "charts"
OWN_CHART = Path(__file__).parents[2] / "chart"
NOTING = "{{ $_ := set . `seen` (append (.seen | default list) `%s`) }}{{ .seen }}\n"
SHAPES: Mapping[str, Mapping[str, str]] = {
    "plain": {"templates/a.yaml": "size: {{ .Values.size }}\n"},
    "values of every kind": {
        "templates/a.yaml": "{{ toYaml .Values }}\n{{ kindOf .Values.n }} {{ .Values.list }}\n",
        "values.yaml": "{n: 5242880, f: 0.5, big: 1e21, yes: true, list: [1, a], map: {a: {b: c}}}",
    },
    "release and chart": {
        "templates/a.yaml": "{{ toJson .Release }}\n{{ toJson .Chart }}\n"
        "{{ .Release.Revision | add 1 }}{{ if eq .Release.Revision 1 }} first{{ end }}\n",
    },
    "the whole root": {"templates/a.yaml": "{{ omit . `Capabilities` | toYaml }}\n"},
    "names of templates": {
        "templates/b/a.yaml": "{{ .Template.Name }} {{ .Template.BasePath }}\n",
        "templates/a.yaml": "{{ include (print $.Template.BasePath `/b/a.yaml`) . | sha256sum }}\n"
        "{{ .Template.Name }}\n",
    },
    "a template of its own name": {
        "templates/a.yaml": "{{ include `shop/templates/b.yaml` . | upper }}\n"
        "{{ include `shop/templates/_c.tpl` . }}",
        "templates/_c.tpl": "of c: {{ .Values.size }}",
        "templates/b.yaml": "of b: {{ .Values.size }}\n",
    },
    "state that templates share": {
        "templates/a.yaml": NOTING % "a",
        "templates/b.yaml": NOTING % "b",
        "templates/c/d.yaml": NOTING % "d",
    },
    "values that a template changes": {
        "templates/a.yaml": "{{ .Values.size }}\n",
        "templates/b.yaml": "{{ $_ := set .Values `size` `changed` }}{{ .Values.size }}\n",
    },
    "helpers and text as template": {
        "templates/_names.tpl": "{{ define `shop.name` }}{{ .Values.size }}-{{ .Release.Name }}"
        "{{ end }}",
        "templates/a.yaml": "{{ tpl .Values.line . }} {{ include `shop.name` . }}\n",
        "values.yaml": "{size: 1, line: 'of {{ .Values.size }} in {{ .Release.Namespace }}'}",
    },
    "files and notes": {
        "settings.ini": "size = 1\n",
        "templates/NOTES.txt": "\n  {{ .Files.Get `settings.ini` }}{{ .Values.size }}\n\n",
        "templates/empty.yaml": "{{- if .Values.never }}a: b{{ end }}",
        "templates/text.txt": "Text",
    },
    "files that are called as templates and values are": {
        "more/templates/x.ini": '{{ typeOf . }}{{ define "x" }}{{ end }}{{ define "x" }}{{ end }}',
        "more/values.yaml": "size: 9",
        "more/values.schema.json": "{}",
        "templates/a.yaml": "{{ range $path, $_ := .Files }}{{ $path }}: {{ $.Files.Get $path }}\n"
        "{{ end }}",
    },
    "what is not there": {
        "templates/a.yaml": "{{ .Values.nothing }} {{ .Values.none | toJson }} {{ .absent }}\n"
        "{{ lookup `v1` `Secret` `a` `b` }}\n",
    },
    "white space at the edges": {"templates/a.yaml": "\n\n  {{- .Values.size }}  \n\n---\n\n"},
    "APIs of the cluster": {
        "templates/a.yaml": "{{ .Capabilities.KubeVersion }}"
        " {{ .Capabilities.APIVersions.Has `example.com/v1` }}\n",
    },
}
VALUES: Sequence[Mapping[str, Any]] = (
    {},
    {"size": 2},
    {"size": "three", "map": {"a": {"d": [1, {"e": 2}]}}, "n": 10000000, "list": []},
    {"map": "no longer one", "size": False, "more": 0.1},
)
OPTIONS = (
    RenderOptions(),
    RenderOptions(release="other", namespace="there", is_upgrade=True),
    RenderOptions(kube_version="1.30.0", api_versions=("example.com/v1",)),
)
MANY = [Asked(values, options) for values in VALUES for options in OPTIONS]


def alone(chart: Chart, asked: Asked) -> dict[str, str]:
    """Render with one set of values."""
    return engine.render_templates(chart.without_schema.archive, asked.values, asked.options)


@pytest.fixture(params=SHAPES)
def shaped(request: pytest.FixtureRequest, tmp_path: Path) -> Chart:
    """Give a chart of each shape."""
    return write_chart(tmp_path, {"values.yaml": "size: 1", **SHAPES[request.param]})


def test_what_is_rendered_together_is_what_each_renders_alone(shaped: Chart) -> None:
    assert shaped.joint_render.files(MANY) == [alone(shaped, asked) for asked in MANY]


@pytest.mark.parametrize("place", ["cases", "hooks", "crds", "notes", "list-of-documents"])
def test_a_chart_of_our_fixtures_renders_together_as_alone(place: str) -> None:
    chart = Chart.load(FIXTURES / place)
    many = [Asked({"more": 1}, options) for options in OPTIONS]
    many = [asked for asked in many for _ in range(2)]
    assert chart.joint_render.files(many) == [alone(chart, asked) for asked in many]


def test_our_own_cases_render_together_as_alone() -> None:
    chart = Chart.load(OWN_CHART)
    # Those that make up nothing: what is random no two renders have alike.
    names = "existing-secrets", "external-broker", "tls-existing-secret"
    many = [Asked(chart.case(name).values, chart.case(name).options) for name in names]
    assert chart.joint_render.files(many) == [alone(chart, asked) for asked in many]


KEYS = st.sampled_from(["size", "map", "n", "list", "a", "global", "y"])
TREES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(many=st.lists(st.dictionaries(KEYS, TREES, max_size=4), min_size=2, max_size=4))
def test_any_values_render_together_as_alone(
    many: list[dict[str, Any]], chart_of_all_kinds: Chart
) -> None:
    asked = [Asked(values, RenderOptions()) for values in many]
    together = JointRender(chart_of_all_kinds).files(asked)
    assert together == [alone(chart_of_all_kinds, one) for one in asked]


@pytest.fixture
def chart_of_all_kinds(tmp_path: Path) -> Chart:
    """Give a chart that writes all its values."""
    return write_chart(tmp_path, SHAPES["values of every kind"])


def test_a_render_of_helms_lint_is_neither_to_install_nor_to_upgrade(tmp_path: Path) -> None:
    text = "{{ .Release.IsInstall }} {{ .Release.IsUpgrade }}"
    chart = write_chart(tmp_path, {"templates/a.yaml": text})
    linted = Asked({}, RenderOptions(), is_install=False)
    upgrade = Asked({}, RenderOptions(is_upgrade=True))
    files = chart.joint_render.files([linted, upgrade, Asked({}, RenderOptions())])
    assert [list(it.values()) for it in files if it] == [
        ["false false"],
        ["false true"],
        ["true false"],
    ]


ODD: Mapping[str, Mapping[str, str]] = {
    "tells types apart": {"templates/a.yaml": "{{ typeOf .Values }}"},
    "prints a type": {"templates/a.yaml": "{{ printf `%T` . }}"},
    "calls a method of the values": {"templates/a.yaml": "{{ .Values.AsMap }}"},
    "defines a name twice": {
        "templates/_a.tpl": '{{ define "x" }}1{{ end }}',
        "templates/b.yaml": '{{- define "x" }}2{{ end }}{{ include "x" . }}',
    },
    "defines a name twice, each time between other quotes": {
        "templates/_a.tpl": '{{ define "x" }}1{{ end }}',
        "templates/b.yaml": '{{- define `x` }}2{{ end }}{{ include "x" . }}',
    },
    "has null among its defaults": {"templates/a.yaml": "a", "values.yaml": "a: null"},
    "has a subchart": {
        "templates/a.yaml": "a",
        "charts/b/Chart.yaml": "{apiVersion: v2, name: b, version: 1.0.0}",
    },
    "has a template of our names": {"templates/joint_driver.txt": "a"},
    "has a name in quotes": {'templates/a"b.yaml': "a"},
    "has a name that cannot be printed": {"templates/a\tb.yaml": "a"},
    "cannot be parsed": {"templates/a.yaml": "{{ if }}"},
    "changes what all renders share": {"templates/a.yaml": "{{ $_ := set .Chart `Name` `b` }}"},
}


@pytest.mark.parametrize("oddity", ODD)
def test_a_chart_is_left_alone_that(oddity: str, tmp_path: Path) -> None:
    chart = write_chart(tmp_path, ODD[oddity])
    chart.joint_render.prepare()
    assert chart.joint_render.files([Asked({}, RenderOptions())] * 2) == [None, None]


def test_one_that_fails_leaves_all_to_be_rendered_alone_and_no_more_is_tried_soon(
    tmp_path: Path,
) -> None:
    chart = write_chart(tmp_path, {"templates/a.yaml": "{{ required `name` .Values.name }}"})
    joint = chart.joint_render
    named, bare = Asked({"name": "a"}, RenderOptions()), Asked({}, RenderOptions())
    assert joint.files([named, bare]) == [None, None]
    assert joint.files([named, named]) == [{"shop/templates/a.yaml": "a"}] * 2
    for _ in range(2):
        assert joint.files([bare, bare]) == [None, None]
    assert joint.files([named, named]) == [None, None]


def test_null_and_objects_of_a_cluster_are_for_a_render_of_their_own(tmp_path: Path) -> None:
    chart = write_chart(tmp_path, {"templates/a.yaml": "{{ .Values.a }}", "values.yaml": "a: 1"})
    plain = Asked({"a": 2}, RenderOptions())
    null = Asked({"a": None}, RenderOptions())
    looked_up = Asked({}, RenderOptions(objects=("{}",)))
    lone = Asked({}, RenderOptions(kube_version="1.30.0"))
    files = chart.joint_render.files([null, plain, looked_up, lone, plain])
    written = {"shop/templates/a.yaml": "2"}
    assert files == [None, written, None, None, written]
