"""Conditions of the rules that hold a name, a path or a value against what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chartproof.chart import Chart
from chartproof.excerpt import Sources
from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.render import render, render_some
from chartproof.rules import RULES
from chartproof.wiring import given
from tests.support.inline import CHART_YAML, found_in, found_with, write_chart

DEPENDENCY = "dependency-fits-its-version"


def of_dependency(folder: Path, asked: str, there: str | None = "1.2.0") -> list[Finding]:
    """Return what is found where Chart.yaml asks for db, and charts/ has it in a version."""
    files = {"Chart.yaml": f"{CHART_YAML}dependencies: [{{name: db, {asked}}}]\n"}
    if there:
        files["charts/db/Chart.yaml"] = f"apiVersion: v2\nname: db\nversion: {there}\n"
    return found_with(DEPENDENCY, write_chart(folder, files))


def test_a_dependency_that_is_not_fetched_yet_has_no_other_version(tmp_path: Path) -> None:
    assert of_dependency(tmp_path, "alias: store, version: 2.x", there=None) == []


@pytest.mark.parametrize(
    ("version", "told"),
    [("", "no version"), ("version: newest", "newest"), ("version: 2.x", "2.x")],
    ids=["none", "unreadable", "another"],
)
def test_an_alias_is_dropped_where_the_versions_do_not_compare(
    tmp_path: Path, version: str, told: str
) -> None:
    (finding,) = of_dependency(tmp_path, f"alias: store, {version}")
    assert finding.severity is Severity.ERROR
    assert finding.message == (
        f"charts/db is 1.2.0, where {told} is asked for: Helm drops its alias store"
    )


@pytest.mark.parametrize("version", ["", "version: newest", "version: 1.x"])
def test_without_an_alias_only_another_version_is_a_fault(tmp_path: Path, version: str) -> None:
    assert of_dependency(tmp_path, version) == []


SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: other}}
spec: {ports: [{name: http, port: 80}]}
"""
MONITOR = """
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, namespaceSelector: {matchNames: NAMES}}
"""


@pytest.mark.parametrize(
    ("names", "count"), [("[elsewhere]", 0), ("[default, elsewhere]", 1), ("[]", 1)]
)
def test_a_monitor_of_other_namespaces_may_find_what_the_release_does_not_have(
    names: str, count: int
) -> None:
    found = found_in("monitor-finds-its-targets", SERVICE + MONITOR.replace("NAMES", names))
    assert len(found) == count


MOUNTED = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {app.yaml: ""}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  volumes: [{name: settings, configMap: {name: settings}}]
  containers:
    - name: main
      image: main:1
      args: [ARGUMENT]
      volumeMounts: [{name: settings, MOUNT}]
"""


@pytest.mark.parametrize(
    ("mount", "count"),
    [
        ("mountPath: /etc/app", 1),
        ("mountPath: /etc/app, subPath: ours", 0),
        ("mountPath: /etc/app, subPathExpr: $(POD)", 0),
    ],
)
def test_only_the_files_of_a_whole_volume_are_known(mount: str, count: int) -> None:
    template = MOUNTED.replace("MOUNT", mount).replace("ARGUMENT", "/etc/app/app.yml")
    assert len(found_in("path-names-a-mounted-file", template)) == count


def test_nothing_is_known_of_the_files_of_a_volume_that_is_not_there() -> None:
    mount = "mountPath: /etc/app}, {name: gone, mountPath: /etc/gone"
    template = MOUNTED.replace("MOUNT", mount).replace("ARGUMENT", "/etc/gone/app.yml")
    assert found_in("path-names-a-mounted-file", template) == []


@pytest.mark.parametrize("argument", ["/etc/app", "/etc/app/", "--in=/etc/app/ --out=/tmp/out"])
def test_the_mount_point_itself_is_there(argument: str) -> None:
    template = MOUNTED.replace("MOUNT", "mountPath: /etc/app").replace("ARGUMENT", argument)
    assert found_in("path-names-a-mounted-file", template) == []


def test_an_expression_that_the_pods_do_not_fit_is_an_error_as_a_label_is() -> None:
    template = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchExpressions: [{key: app, operator: In, values: [web]}]}
  template: {metadata: {labels: {app: other}}, spec: {containers: []}}
"""
    (finding,) = found_in("selector-matches-its-pods", template)
    assert finding.severity is Severity.ERROR


READ = "value-is-read"
OUTPUT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"


def test_a_value_that_a_subchart_names_is_not_told_dead(tmp_path: Path) -> None:
    chart = write_chart(
        tmp_path,
        {
            "Chart.yaml": f"{CHART_YAML}dependencies: [{{name: db, version: 1.x}}]\n",
            "values.yaml": "db: {mode: plain, size: 2, sice: 2}\n",
            "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
            "charts/db/templates/all.yaml": OUTPUT
            + '  mode: {{ .Values.mode }}\n  {{- if eq .Values.mode "full" }}\n'
            "  size: {{ .Values.size | quote }}\n  {{- end }}\n",
        },
    )
    typo, size = found_with(READ, chart)
    assert (size.field, size.message) == ("db.size", "no case shows what db.size does")
    assert (typo.field, typo.severity) == ("db.sice", Severity.WARNING)


def test_a_value_taken_off_a_variable_is_not_told_dead_beside_others_read(tmp_path: Path) -> None:
    template = (
        OUTPUT + "  {{- $web := .Values.web }}\n  mode: {{ $web.mode }}\n"
        '  {{- if eq $web.mode "full" }}\n  size: {{ $web.size | quote }}\n  {{- end }}\n'
    )
    values = "web: {mode: plain, size: 2, sice: 2}\n"
    chart = write_chart(tmp_path, {"values.yaml": values, "templates/all.yaml": template})
    typo, size = found_with(READ, chart)
    assert (size.field, size.message) == ("web.size", "no case shows what web.size does")
    assert (typo.field, typo.severity) == ("web.sice", Severity.WARNING)


NAMED = "reference-names-an-object"
POD = """
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: main, image: main:1, envFrom: [ASKED]}]}
"""


def of_name(name: str, values: str) -> Finding:
    """Return what is found in a pod that asks for a Secret of that name."""
    pod = POD.replace("ASKED", f"{{secretRef: {{name: {name}}}}}")
    (finding,) = found_in(NAMED, pod, values=values)
    return finding


def test_a_value_that_may_not_change_does_not_hide_the_one_that_gives_a_name() -> None:
    guarded = '{{ if ne .Values.mode "theirs" }}{{ fail "unknown mode" }}{{ end }}'
    finding = of_name(f"{guarded}{{{{ .Values.login }}}}", "{mode: theirs, login: theirs}")
    assert finding.message == (
        "Secret theirs is named by the values (login): it must exist before the release"
    )


def test_a_line_for_tpl_gives_the_name_it_makes() -> None:
    finding = of_name("{{ tpl .Values.login . }}", "login: '{{ .Chart.Name }}-db'")
    assert finding.message.startswith("Secret shop-db is named by the values (login)")


def test_a_text_of_several_lines_does_not_give_the_name_within() -> None:
    pod = POD.replace("ASKED", "{secretRef: {{ tpl .Values.login . | fromYaml | toJson }}}")
    values = "login: |-\n  optional: false\n  name: {{ .Chart.Name }}-db\n"
    (finding,) = found_in(NAMED, pod, values=values)
    assert finding.message == "the chart renders no Secret 'shop-db'"


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[Release]:
    """Give the list of all renders that the search for the givers of names makes."""
    made: list[Release] = []

    def noted(*asked: object) -> Release:
        made.append(render(*asked))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(given, "render", noted)
    return made


def test_a_name_that_stays_as_all_values_change_costs_one_render(renders: list[Release]) -> None:
    values = "{a: theirs, b: theirs, c: theirs, d: theirs}"
    assert of_name("theirs", values).severity is Severity.ERROR
    assert len(renders) == 1


def test_a_name_that_is_asked_for_twice_costs_one_render(renders: list[Release]) -> None:
    asked = "{secretRef: {name: theirs}}, {configMapRef: {name: theirs}}"
    both = found_in(NAMED, POD.replace("ASKED", asked), values="login: theirs")
    assert len(both) == 2
    assert len(renders) == 1


@pytest.fixture
def excerpts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of the templates that the search for the givers of names renders alone."""
    made: list[str] = []

    def noted(chart: Chart, sources: Sources, *rest: Any) -> Release:
        made.extend(source.rpartition("/")[2] for source in sources)
        return render_some(chart, sources, *rest)

    monkeypatch.setattr(given, "render_some", noted)
    return made


def test_a_name_that_its_own_template_shows_given_costs_one_render_of_it(
    renders: list[Release], excerpts: list[str], tmp_path: Path
) -> None:
    pod = POD.replace("ASKED", "{secretRef: {name: {{ .Values.login }}}}")
    files = {
        "templates/pod.yaml": pod,
        "templates/other.yaml": f"{OUTPUT}  a: b\n",
        "values.yaml": "{login: theirs, other: theirs}",
    }
    (finding,) = RULES[NAMED].findings(render(write_chart(tmp_path, files)))
    assert finding.message.startswith("Secret theirs is named by the values (login)")
    assert (renders, excerpts) == ([], ["pod.yaml"])


def test_a_template_is_held_against_all_once_for_all_the_names_in_it(excerpts: list[str]) -> None:
    pod = POD.replace(
        "ASKED", "{secretRef: {name: {{ .Values.a }}}}, {secretRef: {name: {{ .Values.b }}}}"
    )
    template = f"{pod}---\n{OUTPUT}  sum: {{{{ cat .Values.a .Values.b | sha256sum }}}}\n"
    found = found_in(NAMED, template, values="{a: theirs, b: ours}")
    assert [it.message.partition(": it must")[0] for it in found] == [
        "Secret theirs is named by the values (a)",
        "Secret ours is named by the values (b)",
    ]
    assert excerpts == ["all.yaml", "all.yaml", "all.yaml"]  # the last is without marks


def test_a_render_of_all_does_not_prove_what_a_template_writes_alone(tmp_path: Path) -> None:
    asked = "{secretRef: {name: first}}, {secretRef: {name: {{ .Values.web.login }}}}"
    chart = write_chart(
        tmp_path,
        {
            "templates/all.yaml": POD.replace("ASKED", asked),
            "templates/first.yaml": "{{ $web := .Values.web }}"
            "{{ $_ := set $web `login` `theirs` }}",
            "values.yaml": "{web: {login: theirs-too}, other: first}\n",
        },
    )
    assert [it.message for it in RULES[NAMED].findings(render(chart))] == [
        "the chart renders no Secret 'first'",
        "the chart renders no Secret 'theirs'",
    ]


@pytest.mark.parametrize("how", ["plainly", "by a variable"])
def test_a_name_that_another_template_sets_is_not_given_by_the_value(
    how: str, tmp_path: Path
) -> None:
    where = {"plainly": ".Values.web", "by a variable": "$web"}[how]
    fixed = "theirs"
    given_as = {"plainly": fixed, "by a variable": f"{fixed}-too"}[how]
    sets = f"{{{{ $web := .Values.web }}}}{{{{ $_ := set {where} `login` `{fixed}` }}}}"
    pod = POD.replace("ASKED", "{secretRef: {name: {{ .Values.web.login }}}}")
    chart = write_chart(
        tmp_path,
        {
            "templates/all.yaml": pod,
            "templates/first.yaml": sets,  # Helm renders the last file first
            "values.yaml": f"web: {{login: {given_as}}}\n",
        },
    )
    (finding,) = RULES[NAMED].findings(render(chart))
    assert finding.message == f"the chart renders no Secret '{fixed}'"


def test_a_template_that_writes_a_sum_of_the_value_is_held_against_all_without_marks(
    renders: list[Release],
) -> None:
    pod = POD.replace("ASKED", "{secretRef: {name: {{ .Values.login }}}}")
    template = f"{pod}---\n{OUTPUT}  sum: {{{{ .Values.login | sha256sum }}}}\n"
    (finding,) = found_in(NAMED, template, values="login: theirs")
    assert finding.message.startswith("Secret theirs is named by the values (login)")
    assert renders == []
