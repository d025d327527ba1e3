"""Values that are missing, doubled, dead or of another shape than templates think."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.findings import Finding, Severity
from chartproof.rules import RULES
from chartproof.study import Study
from tests.support.charts import CHARTS
from tests.support.findings import found, told

TEXT, UNIQUE = "text-is-filled-in", "yaml-key-is-unique"
READ, SCHEMA = "value-is-read", "schema-describes-the-values"
NULL, TYPE = "null-is-handled", "wrong-type-is-refused"


def of_chart(rule: str, folder: Path, *, deep: bool = False) -> list[Finding]:
    """Return what a rule finds in the chart in `folder`, with its defaults alone."""
    study = Study(Chart.load(folder), [Case("defaults")], deep)
    return list(RULES[rule].findings_of_chart(study))


def test_what_go_prints_for_a_missing_value_is_found_in_fields_keys_and_notes() -> None:
    findings = found(TEXT, f"{TEXT}/bad")
    assert [told(finding) for finding in findings] == [
        (None, "", ""),
        (6, "ConfigMap/printed", "data.missing"),
        (7, "ConfigMap/printed", "data.number"),
        (8, "ConfigMap/printed", "data.any"),
        (9, "ConfigMap/printed", "data.<nil>"),
        (11, "ConfigMap/printed", "data.config"),
        (19, "Secret/encoded", "data.address"),
    ]
    printed = [finding.message.partition(" stands where a value")[0] for finding in findings]
    nothing = "<nil>"
    assert printed == [
        *(nothing, "%!s(<nil>)", "%!s(float64=8080)", nothing, nothing, nothing, "<no value>")
    ]
    assert findings[0].message.endswith("in line 1 of the notes")
    assert findings[0].template.endswith("templates/NOTES.txt")


def test_a_key_given_twice_is_found_in_values_cases_chart_yaml_and_output() -> None:
    findings = found(UNIQUE, f"{UNIQUE}/bad")
    assert [
        (finding.template.rpartition("/bad/")[2], finding.line, finding.field)
        for finding in sorted(findings, key=lambda finding: finding.template)
    ] == [
        ("Chart.yaml", 5, "description"),
        ("ci/twice-values.yaml", 2, "web"),
        ("templates/all.yaml", 6, "metadata.labels.app"),
        ("templates/all.yaml", 18, "spec.containers[web].image"),
        ("values.yaml", 6, "web.port"),
        ("values.yaml", 7, "labels"),
    ]
    (port,) = (finding for finding in findings if finding.field == "web.port")
    assert (
        port.message == "key 'port' is given twice, and only the last one counts, first in line 4"
    )


def test_values_that_nothing_reads_are_told_from_those_that_no_case_uses() -> None:
    findings = found(READ, f"{READ}/bad")
    assert [(finding.line, finding.severity, finding.message) for finding in findings] == [
        *(
            (line, Severity.WARNING, f"no template reads {name}: changing it changes no output")
            for line, name in (
                *((3, "service.prot"), (5, "legacy.enabled"), (6, "legacy.hosts")),
                *((7, "legacy.labels"), (8, "legacy.timeout")),
            )
        ),
        (11, Severity.NOTE, "no case shows what mode does"),
        (14, Severity.NOTE, "no case uses ingress.host: none switches on ingress.enabled"),
        (
            15,
            Severity.WARNING,
            "no template reads ingress.hots: changing it changes no output",
        ),
        (19, Severity.NOTE, "no case shows what proxy.headers.forwarded does"),
    ]


def test_a_value_that_one_case_uses_is_read() -> None:
    assert found(READ, f"{READ}/good") == []
    alone = of_chart(READ, CHARTS / "rules" / READ / "good")
    assert [finding.field for finding in alone] == ["ingress.host", "mode"]


def test_values_of_a_chart_that_does_not_render_are_not_called_dead(tmp_path: Path) -> None:
    broken = shutil.copytree(CHARTS / "rules" / READ / "bad", tmp_path / "chart")
    (broken / "templates" / "fails.yaml").write_text('{{ fail "not this time" }}')
    assert of_chart(READ, broken) == []


def test_nulls_that_a_template_cannot_bear_are_found_with_the_case_that_shows_it() -> None:
    findings = found(NULL, f"{NULL}/bad")
    assert [(finding.line, finding.field, finding.cases) for finding in findings] == [
        (6, "image", ("defaults",)),
        (7, "name", ("defaults",)),
        (9, "cluster", ("defaults",)),
        (10, "cluster.hosts", ("cluster",)),
    ]
    assert findings[0].message == (
        "null for image breaks the template: nil pointer evaluating interface {}.repository"
    )
    assert {finding.severity for finding in findings} == {Severity.WARNING}


def test_other_types_that_only_go_refuses_are_found() -> None:
    findings = found(TYPE, f"{TYPE}/bad")
    assert [(finding.line, finding.message.partition(" breaks")[0]) for finding in findings] == [
        (6, "a text in place of the map for image"),
        (7, "a map in place of the single value for name"),
        (9, "a text in place of the map for cluster"),
    ]


def test_without_its_schema_the_good_chart_is_as_bad(tmp_path: Path) -> None:
    for rule, fields in ((NULL, ["image", "login"]), (TYPE, ["image"])):
        bare = shutil.copytree(CHARTS / "rules" / rule / "good", tmp_path / rule)
        (bare / "values.schema.json").unlink()
        assert [finding.field for finding in of_chart(rule, bare)] == fields


@pytest.mark.parametrize("rule", [NULL, TYPE])
def test_a_case_that_fails_as_it_is_blames_no_value(rule: str, tmp_path: Path) -> None:
    broken = shutil.copytree(CHARTS / "rules" / rule / "bad", tmp_path / "chart")
    (broken / "templates" / "fails.yaml").write_text("{{ .Values.no.such.value }}")
    assert of_chart(rule, broken) == []


@pytest.mark.parametrize("rule", [READ, NULL, TYPE])
def test_what_a_large_chart_has_no_time_for_is_told_and_tried_when_asked(
    rule: str, tmp_path: Path
) -> None:
    large = shutil.copytree(CHARTS / "rules" / rule / "bad", tmp_path / "chart")
    comment = "{{/* " + "a long story " * 80_000 + "*/}}\n"
    template = large / "templates" / "all.yaml"
    template.write_text(4 * comment + template.read_text())
    brief, deep = of_chart(rule, large), of_chart(rule, large, deep=True)
    assert "--deep tries all" in brief[-1].message
    assert brief[-1].severity is Severity.NOTE
    assert len(brief) - 1 < len(deep)
    assert not any("--deep" in finding.message for finding in deep)


def test_what_only_values_or_schema_know_is_found() -> None:
    findings = found(SCHEMA, f"{SCHEMA}/bad")
    assert [(finding.line, finding.message, finding.hint) for finding in findings] == [
        (1, "values.schema.json describes service, which values.yaml does not have", None),
        (2, "values.schema.json does not describe servcie", "service"),
        (4, "values.schema.json describes image.tag, which values.yaml does not have", None),
        (6, "values.schema.json does not describe image.digest", None),
    ]


def test_values_that_only_a_feature_behind_flags_reads_are_told_from_typos_beside_them() -> None:
    findings = of_chart(READ, CHARTS / "values-behind-flags")
    by_severity = {
        severity: [one.field for one in findings if one.severity is severity]
        for severity in (Severity.WARNING, Severity.NOTE)
    }
    assert sorted(by_severity[Severity.WARNING]) == [
        *("profile.limits.cpu", "route.http.hostname", "store.login.usr")
    ]
    assert sorted(by_severity[Severity.NOTE]) == [
        *("profile.limits.memory", "route.enabled", "route.http.hostnames"),
        *("store.enabled", "store.login.user"),
    ]


def test_a_value_that_takes_a_subchart_with_an_empty_template_away_is_read(tmp_path: Path) -> None:
    chart = shutil.copytree(CHARTS / "values-behind-flags", tmp_path / "chart")
    values = (chart / "values.yaml").read_text()
    (chart / "values.yaml").write_text(
        values.replace("store:\n  enabled: false", "store:\n  enabled: true")
    )
    (chart / "charts/store/templates/empty.yaml").write_text("{{- if .Values.never }}{{ end -}}")
    assert "store.enabled" not in {one.field for one in of_chart(READ, chart)}


def test_a_schema_of_a_few_values_and_settings_shown_in_comments_are_no_fault(
    tmp_path: Path,
) -> None:
    partial = shutil.copytree(CHARTS / "rules" / SCHEMA / "bad", tmp_path / "chart")
    values = (partial / "values.yaml").read_text()
    more = "".join(f"setting{number}: {number}\n" for number in range(5))
    (partial / "values.yaml").write_text(f"{values}{more}# service:\n#   port: 80\n")
    assert [(finding.severity, finding.message) for finding in of_chart(SCHEMA, partial)] == [
        (
            Severity.NOTE,
            "values.schema.json describes 4 of 11 values, the others can be misspelt",
        ),
        (
            Severity.NOTE,
            "values.schema.json describes image.tag, which values.yaml does not have",
        ),
    ]


def test_subcharts_of_other_versions_are_found_with_what_helm_drops() -> None:
    dropped, other = found("dependency-fits-its-version", "dependency-fits-its-version/bad")
    assert (dropped.line, dropped.severity) == (7, Severity.ERROR)
    assert dropped.message == (
        "charts/store is 2.0.0, where 1.x.x is asked for: Helm drops its alias database"
    )
    assert (other.line, other.severity) == (10, Severity.WARNING)
    assert other.message == "charts/queue is 2.0.0, where ~1.4.0 is asked for"
