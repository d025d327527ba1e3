"""A render is what `helm template` of Helm 4 prints, and its objects can be found by name."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest

from chartproof.errors import InputError
from chartproof.manifest import Manifest, ManifestError
from chartproof.options import RenderOptions
from chartproof.render import TemplateError, ValuesError, render
from tests.support.charts import CHARTS, chart
from tests.support.tools import HELM4
from tests.support.words import Words

NEWEST = RenderOptions(kube_version="1.37.0")
SHAPES = [
    "capabilities",
    "cases",
    "crds",
    "empty-files",
    "hooks",
    "library-chart",
    "list-of-documents",
    "lookup",
    "notes",
    "plain-scalars",
    "strict-schema",
    "subcharts-by-condition",
    "values-seen",
    *(f"rules/{folder.name}/good" for folder in sorted(CHARTS.glob("rules/*"))),
]


def names(manifests: list[Manifest] | tuple[Manifest, ...]) -> list[str]:
    return [f"{manifest.kind}/{manifest.name}" for manifest in manifests]


@pytest.mark.needs("helm4")
@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_of_chart_renders_as_the_helm_cli_prints_it(name: str) -> None:
    command: Words = [HELM4.path(), "template", "--kube-version", "1.37.0", CHARTS / name]
    theirs = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert str(render(chart(name), options=NEWEST)) == theirs


@pytest.mark.needs("helm4")
def test_options_reach_the_templates_as_the_helm_cli_passes_them() -> None:
    options = RenderOptions("demo", "elsewhere", "1.30.2", ("example.com/v1",), is_upgrade=True)
    command: Words = [HELM4.path(), "template", "demo", CHARTS / "capabilities"]
    command += ["--kube-version", "1.30.2", "--api-versions", "example.com/v1"]
    command += ["--namespace", "elsewhere", "--is-upgrade"]
    theirs = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert str(render(chart("capabilities"), options=options)) == theirs


def test_hooks_come_last_and_those_for_unknown_events_not_at_all() -> None:
    release = render(chart("hooks"), options=RenderOptions(release="r"))
    assert names(release.manifests) == [
        "ConfigMap/r-installed",
        "ServiceAccount/r-migrate",
        "Pod/r-ping",
        "Job/r-migrate",
    ]
    assert names(release.hooks) == names(release.manifests)[1:]
    assert release.get("Job", "migrate").hook_events == ["pre-install", "pre-upgrade"]


def test_kinds_that_helm_does_not_know_come_last_by_name() -> None:
    release = render(chart("crds"))
    assert [manifest.kind for manifest in release.manifests] == ["Service", "Binding", "Queue"]


def test_crds_stand_apart_from_what_templates_render() -> None:
    release = render(chart("crds"))
    assert [crd.name for crd in release.crds] == ["queues.example.com", "exchanges.example.com"]
    assert "CustomResourceDefinition" not in str(release)


def test_notes_are_told_but_not_printed() -> None:
    release = render(chart("notes"), options=RenderOptions("demo", "here"))
    assert release.notes == "demo is installed in here.\n"
    assert release.notes not in str(release)


def test_comments_and_blanks_are_no_objects() -> None:
    release = render(chart("empty-files"))
    assert names(release.manifests) == ["ConfigMap/release-name"]
    assert "# Nothing but words." in str(release)


def test_the_items_of_a_list_are_objects() -> None:
    release = render(chart("list-of-documents"), options=RenderOptions(release="r"))
    assert names(release.manifests) == [
        "ConfigMap/r-fourth",
        "Service/r-third",
        "ConfigMap/r-first",
        "Secret/r-second",
    ]
    assert str(release).count("kind: List") == 1


def test_documents_that_several_renders_have_are_parsed_once() -> None:
    known: dict[Manifest, Manifest] = {}
    first, second = (render(chart("notes")).sharing(known) for _ in range(2))
    assert first.documents == render(chart("notes")).documents
    assert [*map(id, first.documents)] == [*map(id, second.documents)]
    other = render(chart("notes"), options=RenderOptions(release="other")).sharing(known)
    assert {it.name for it in other.manifests}.isdisjoint(it.name for it in first.manifests)


def test_equal_documents_of_one_render_stay_two() -> None:
    known: dict[Manifest, Manifest] = {}
    plain = render(chart("notes"))
    twice = replace(plain, documents=(*plain.documents, *map(replace, plain.documents)))
    for _ in range(2):
        shared = twice.sharing(known).documents
        assert shared == twice.documents
        assert len({*map(id, shared)}) == len(shared)


def test_a_subchart_is_there_only_when_its_condition_holds() -> None:
    parent = chart("subcharts-by-condition")
    both = render(parent, {"secondCache": {"enabled": True}})
    assert [manifest.short_name for manifest in both.of_kind("ConfigMap")] == [
        "cache",
        "secondCache",
        "subcharts-by-condition",
    ]
    alone = render(parent, {"cache": {"enabled": False}})
    assert names(alone.manifests) == ["ConfigMap/release-name-subcharts-by-condition"]


def test_a_subchart_sees_its_own_values_and_the_global_ones() -> None:
    release = render(chart("subcharts-by-condition"), {"global": {"shared": "given"}})
    assert release.get("ConfigMap", "cache").body["data"] == {"shared": "given", "own": "cache"}


def test_lookup_finds_nothing_without_a_cluster() -> None:
    secret = render(chart("lookup")).get("Secret", "kept")
    assert secret.body["stringData"] == {"password": "new"}


def test_an_object_is_found_by_its_full_or_its_short_name() -> None:
    release = render(chart("hooks"), options=RenderOptions(release="demo"))
    assert release.get("Job", "migrate") is release.get("Job", "demo-migrate")


def test_the_short_name_leaves_out_release_chart_and_override() -> None:
    parent = chart("subcharts-by-condition")
    assert render(parent).manifests[-1].short_name == "subcharts-by-condition"
    given = render(parent, {"fullnameOverride": "release-name-subcharts"})
    assert given.manifests[-1].short_name == "by-condition"


def test_an_object_that_is_not_there_is_missed_with_a_list_of_those_that_are() -> None:
    release = render(chart("hooks"))
    with pytest.raises(LookupError) as caught:
        release.get("Job", "migrat")
    assert str(caught.value) == (
        "no Job/migrat (did you mean Job/migrate?) among "
        "ConfigMap/installed, ServiceAccount/migrate, Pod/ping, Job/migrate"
    )


def test_manifests_know_their_template_and_namespace() -> None:
    manifest = render(chart("notes"), options=RenderOptions(namespace="here")).manifests[0]
    assert (manifest.template, manifest.namespace) == ("templates/one.yaml", "here")
    assert manifest.api_version == "v1"


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("notes", RenderOptions(release="Not_Valid"), "--release Not_Valid: invalid release name"),
        ("notes", RenderOptions(kube_version="latest"), "--kube-version latest: not a version"),
        ("capabilities", RenderOptions(kube_version="latest"), "--kube-version latest: not a "),
        (
            "capabilities",
            RenderOptions(kube_version="1.24.9"),
            "Chart.yaml: kubeVersion '>=1.25.0-0' does not allow Kubernetes v1.24.9",
        ),
        ("library-chart/charts/library", RenderOptions(), "a library chart, it renders only"),
    ],
)
def test_what_the_helm_cli_refuses_is_refused(name: str, options: RenderOptions, said: str) -> None:
    with pytest.raises(InputError) as caught:
        render(chart(name), options=options)
    assert said in str(caught.value)


FAULTS = {
    "nil": (
        "templates/all.yaml:7:19: nil pointer evaluating interface {}.such\n"
        "     7 |   value: {{ .Values.no.such.value }}\n"
        "  values at no: not set, and the template reads no.such.value"
    ),
    "include": (
        "templates/_helpers.tpl:2:10: nil pointer evaluating interface {}.such\n"
        "     2 | {{ .Values.no.such.value }}\n"
        "  values at no: not set, and the template reads no.such.value\n"
        "  called from {chart}/templates/all.yaml:9:12"
    ),
    "no map": (
        "templates/all.yaml:11:19: can't evaluate field deeper in type interface {}\n"
        "    11 |   value: {{ .Values.fault.deeper }}\n"
        "  values at fault: no map, and the template reads fault.deeper"
    ),
    "no template": (
        "templates/all.yaml:13:12: no template 'failing.deeep' is defined\n"
        '    13 |   value: {{ include "failing.deeep" . }}\n'
        "  did you mean 'failing.deep'?"
    ),
    "tpl": (
        "templates/all.yaml:15:12: nil pointer evaluating interface {}.such\n"
        '    15 |   value: {{ tpl "{{ .Values.no.such.value }}" . }}\n'
        "  values at no: not set, and the template reads no.such.value"
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_template_that_fails_is_told_by_file_line_and_value(fault: str) -> None:
    failing = chart("failing-templates")
    with pytest.raises(TemplateError) as caught:
        render(failing, {"fault": fault})
    assert str(caught.value) == f"{failing.path}/" + FAULTS[fault].replace(
        "{chart}", str(failing.path)
    )


def test_a_template_that_cannot_be_parsed_is_told_by_the_line_that_opens_it() -> None:
    with pytest.raises(TemplateError) as caught:
        render(chart("unclosed-action"))
    first, quoted = str(caught.value).splitlines()
    assert first.startswith(f"{CHARTS}/unclosed-action/templates/all.yaml:2: unclosed action")
    assert quoted == "     2 | name: {{ .Release.Name"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("fail", "17:12: this cannot be\nand that neither"),
        ("required", "19:12: password is needed"),
    ],
)
def test_what_a_chart_refuses_is_a_fault_of_the_values(fault: str, said: str) -> None:
    with pytest.raises(ValuesError, match=f"templates/all.yaml:{said}"):
        render(chart("failing-templates"), {"fault": fault})


def test_output_that_is_no_yaml_is_told_by_template_and_line() -> None:
    failing = chart("failing-templates")
    with pytest.raises(ManifestError) as caught:
        render(failing, {"fault": "yaml"}).parse()
    assert str(caught.value) == (
        f"{failing.path}/templates/all.yaml:21: its output is no valid YAML in line 6: "
        "mapping values are not allowed in this context\n     6 |   value: a: b"
    )


def test_output_that_is_no_object_is_told_by_template() -> None:
    failing = chart("failing-templates")
    with pytest.raises(ManifestError) as caught:
        render(failing, {"fault": "list"}).parse()
    assert str(caught.value) == (
        f"{failing.path}/templates/all.yaml: its output is no YAML object: "
        "expected a mapping, found ['no mapping']"
    )


SCHEMA_FAULTS = [
    ({"broker": {"replicas": "3"}}, "values at broker.replicas: got string, want integer"),
    ({"broker": {"replicas": 0}}, "values at broker.replicas: minimum: got 0, want 1"),
    ({"broker": {"replica": 3}}, "values at broker.replica: unknown key, did you mean replicas?"),
    (
        {"broker": {"x": 3}},
        "values at broker.x: unknown key, known here: replicas, kind, url, plugins",
    ),
    ({"brokr": {}}, "values at brokr: unknown key, did you mean broker?"),
    (
        {"broker": {"kind": "mirrored"}},
        "values at broker.kind: value must be one of 'quorum', 'classic'",
    ),
    (
        {"broker": {"url": "http://x"}},
        "values at broker.url: got string, want null or "
        "'http://x' does not match pattern '^amqps?://'",
    ),
    (
        {"broker": {"plugins": [{"name": "x"}, {"enabledd": True}]}},
        "values at broker.plugins[1].enabledd: unknown key, did you mean enabled?\n"
        "values at broker.plugins[1].name: required, but not given",
    ),
]


@pytest.mark.parametrize(("values", "said"), SCHEMA_FAULTS)
def test_values_that_break_the_schema_are_told_by_their_path(
    values: dict[str, object], said: str
) -> None:
    with pytest.raises(ValuesError) as caught:
        render(chart("strict-schema"), values)
    assert str(caught.value) == said


def test_values_of_a_subchart_are_told_by_their_path_in_the_parent() -> None:
    with pytest.raises(ValuesError) as caught:
        render(chart("subcharts-by-condition"), {"cache": {"own": 5}})
    assert str(caught.value) == "values at cache.own: got number, want string"
