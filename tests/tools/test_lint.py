"""Lint joins Helm's own checks, the render and the rules, over every case of a chart."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from chartproof import engine
from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.errors import InputError
from chartproof.findings import Finding, Severity
from chartproof.lint import lint
from chartproof.options import RenderOptions
from chartproof.render import render
from chartproof.report import print_report
from chartproof.waivers import Waived
from tests.support.charts import CHARTS, chart
from tests.support.inline import CHART_YAML, write_chart

DEFAULTS = Case("defaults")


def given(name: str, *sets: str) -> Case:
    return Case(name, sets=sets)


def by_rule(findings: list[Finding], rule: str) -> list[Finding]:
    return [finding for finding in findings if finding.rule == rule]


def test_a_sound_chart_has_nothing_but_notes() -> None:
    findings = lint(chart("notes"), [DEFAULTS])
    assert {finding.severity for finding in findings} == {Severity.NOTE}


def test_what_helm_lints_is_told_too() -> None:
    findings = by_rule(lint(chart("notes"), [DEFAULTS]), "helm-lint")
    assert [(finding.template, finding.message, finding.severity) for finding in findings] == [
        (f"{CHARTS}/notes/Chart.yaml", "icon is recommended", Severity.NOTE),
        (f"{CHARTS}/notes/values.yaml", "file does not exist", Severity.NOTE),
    ]


def test_a_finding_of_several_cases_is_one_that_names_them() -> None:
    cases = [given("fine", "fault=none"), given("one", "fault=nil"), given("two", "fault=nil")]
    (failed,) = by_rule(lint(chart("failing-templates"), cases), "templates-render")
    assert failed.cases == ("one", "two")
    assert failed.message.startswith(f"{CHARTS}/failing-templates/templates/all.yaml:7:19: nil")


def test_a_chart_that_asks_for_values_may_refuse_to_go_without_if_a_case_gives_them() -> None:
    asking = chart("cases-give-what-is-required")
    (refused,) = by_rule(lint(asking, [DEFAULTS, *asking.cases()]), "values-are-accepted")
    assert (refused.severity, refused.cases) == (Severity.NOTE, ("defaults",))
    (alone,) = by_rule(lint(asking, [DEFAULTS]), "values-are-accepted")
    assert alone.severity is Severity.ERROR


def test_what_is_found_in_a_chart_as_a_whole_is_true_in_every_case() -> None:
    cases = [given("one", "service.port=1"), given("two", "service.port=2")]
    dead = by_rule(lint(chart("rules/value-is-read/bad"), cases), "value-is-read")
    assert {finding.cases for finding in dead} == {("one", "two")}
    assert "service.prot" in {finding.field for finding in dead}


def test_a_case_that_fails_as_it_is_expected_to_is_sound() -> None:
    case = replace(given("one", "fault=nil"), expected_failure="nil pointer evaluating")
    findings = lint(chart("failing-templates"), [given("fine", "fault=none"), case])
    assert "one" not in {name for finding in findings for name in finding.cases}


def test_a_case_that_does_not_fail_as_it_is_expected_to_is_an_error() -> None:
    cases = [
        replace(given("renders", "fault=none"), expected_failure="never"),
        replace(given("other", "fault=nil"), expected_failure="never"),
    ]
    findings = by_rule(lint(chart("failing-templates"), cases), "case-fails-as-expected")
    renders, other = sorted(findings, key=lambda finding: finding.cases, reverse=True)
    assert renders.message == "case renders renders, but has to fail with: never"
    assert other.message.startswith("case other has to fail with: never\nbut fails with: ")
    assert {finding.severity for finding in findings} == {Severity.ERROR}


def test_what_one_case_shows_of_a_chart_names_that_case() -> None:
    cases = [DEFAULTS, given("cluster", "cluster.enabled=true")]
    nulls = by_rule(lint(chart("rules/null-is-handled/bad"), cases), "null-is-handled")
    assert {finding.field: finding.cases for finding in nulls}["cluster.hosts"] == ("cluster",)


@pytest.mark.parametrize("fault", ["nil", "yaml", "list"])
def test_a_render_that_fails_is_told_once(fault: str) -> None:
    findings = lint(chart("failing-templates"), [given("failing", f"fault={fault}")])
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    assert [finding.rule for finding in errors] == ["templates-render"]


def test_values_that_the_schema_forbids_are_told_once() -> None:
    findings = lint(chart("strict-schema"), [given("typo", "broker.replica=3")])
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    assert [(finding.rule, finding.message) for finding in errors] == [
        ("values-are-accepted", "values at broker.replica: unknown key, did you mean replicas?")
    ]


NULL_IN_VALUES = {
    "values.yaml": "mode: null\n",
    "values.schema.json": '{"properties": {"mode": {"type": "string"}}}',
}
OF_A_SUBCHART = {
    "Chart.yaml": CHART_YAML + "dependencies: [{name: db, version: 1.x}]\n",
    "charts/db/Chart.yaml": CHART_YAML.replace("shop", "db"),
    "charts/db/values.yaml": "port: 5432\n",
    "values.yaml": "db: {}\n",
    "values.schema.json": '{"properties": {"db": {"required": ["port"]}}}',
}


@pytest.mark.parametrize("files", [NULL_IN_VALUES, OF_A_SUBCHART], ids=["null", "subchart"])
def test_what_helms_lint_alone_finds_against_the_schema_is_told(
    files: dict[str, str], tmp_path: Path
) -> None:
    odd = write_chart(tmp_path, files)
    render(odd)  # a render has nothing against it
    (told,) = [
        it for it in by_rule(lint(odd, [DEFAULTS]), "helm-lint") if it.severity is Severity.ERROR
    ]
    assert told.template.endswith("values.yaml")


def test_helms_lint_asks_the_schema_where_a_render_did_not(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, bool]] = []
    sound = engine.lint

    def noted(*of: object, with_schema: bool) -> object:
        asked.append((of[1], with_schema))
        return sound(*of, with_schema=with_schema)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "lint", noted)
    null = Case("null", inline={"broker": {"replicas": None}})
    lint(chart("strict-schema"), [DEFAULTS, given("typo", "broker.replica=3"), null])
    refused, nulled = {"broker": {"replica": 3}}, {"broker": {"replicas": None}}
    assert sorted(asked, key=str) == sorted([({}, False), (refused, True), (nulled, True)], key=str)


def test_options_that_cannot_be_are_no_finding() -> None:
    impossible = Case("old", options=RenderOptions(kube_version="1.24.0"))
    with pytest.raises(InputError):
        lint(chart("capabilities"), [impossible])


def test_errors_come_before_warnings_and_notes() -> None:
    findings = lint(chart("rules/target-port-is-a-container-port/bad"), [DEFAULTS])
    weights = [list(Severity).index(finding.severity) for finding in findings]
    assert weights == sorted(weights)
    assert set(weights) == {0, 1, 2}


def test_a_line_that_a_partial_wrote_is_found_in_the_partial(tmp_path: Path) -> None:
    split = shutil.copytree(CHARTS / "rules" / "reference-names-a-key" / "bad", tmp_path / "chart")
    template = split / "templates" / "all.yaml"
    text = template.read_text()
    env = text[text.index("      env:") : text.index("---\napiVersion: v1\nkind: Pod", 600)]
    (split / "templates" / "_env.tpl").write_text('{{ define "env" }}\n' + env + "{{ end }}\n")
    template.write_text(text.replace(env, '{{ include "env" . }}\n'))
    findings = by_rule(lint(Chart.load(split), [DEFAULTS]), "reference-names-a-key")
    places = [(Path(finding.template).name, finding.line) for finding in findings]
    assert places[:2] == [("_env.tpl", 7), ("_env.tpl", 12)]


def test_what_values_wrote_is_found_at_the_line_that_includes_them(tmp_path: Path) -> None:
    template = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
spec:
  containers:
    - name: main
      image: main:1
      env:
        {{- toYaml .Values.env | nindent 8 }}
"""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "pod.yaml").write_text(template)
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: toyaml\nversion: 0.1.0\n")
    (tmp_path / "values.yaml").write_text("env: [{name: URL, value: 'amqp://nowhere:5672'}]\n")
    (found,) = by_rule(lint(Chart.load(tmp_path), [DEFAULTS]), "url-names-a-service")
    assert found.line == 9
    assert found.severity is Severity.NOTE


def report(findings: list[Finding], *cases: str, terminal: bool = False) -> str:
    """Return what is printed on a console 40 columns wide."""
    stream = io.StringIO()
    console = Console(file=stream, width=40, soft_wrap=True, force_terminal=terminal)
    print_report(findings, cases, console=console)
    return stream.getvalue()


FINDING = Finding(
    "the chart renders no ConfigMap 'setings'",
    rule="reference-names-an-object",
    object="Deployment/demo-web",
    field="spec.template.spec.containers[web].envFrom[0].configMapRef.name",
    template="chart/templates/web.yaml",
    line=31,
    hint="settings",
    cases=("ha",),
)


def test_a_report_is_plain_unwrapped_text_where_there_is_no_terminal() -> None:
    assert report([FINDING], "defaults", "ha") == (
        "chart/templates/web.yaml:31: error: the chart renders no ConfigMap 'setings'\n"
        "    Deployment/demo-web spec.template.spec.containers[web].envFrom[0].configMapRef.name\n"
        "    did you mean settings?\n"
        "    [reference-names-an-object], in ha\n"
        "1 error, 0 warnings, 0 notes in 2 cases: defaults, ha\n"
    )


def test_a_report_counts_what_is_waived() -> None:
    stream = io.StringIO()
    waived = [Waived(FINDING, "not ours"), Waived(FINDING, "nor this")]
    print_report([], ["ha"], waived, Console(file=stream, width=40, soft_wrap=True))
    assert stream.getvalue() == "0 errors, 0 warnings, 0 notes, 2 waived in 1 case: ha\n"


def test_a_finding_that_is_about_no_case_names_none() -> None:
    assert "[reference-names-an-object]\n" in report([replace(FINDING, cases=())], "ha")


def test_a_report_has_colours_on_a_terminal() -> None:
    assert "\x1b[1;31merror" in report([FINDING], "ha", terminal=True)


def test_a_finding_of_every_case_does_not_list_them() -> None:
    assert "[reference-names-an-object]\n" in report([FINDING], "ha")
