"""A render is remembered only where it is sure to come out the same, and that is said exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.snapshot.case_writer import CaseWriter
from chartproof.snapshot.chart_writer import ChartWriter
from chartproof.snapshot.repeatable import twin


def is_repeatable(folder: Path, template: str, values: str = "", files: str = "") -> bool:
    """Render a chart with this template, and hold its text against that of the chart alone."""
    texts = {
        "Chart.yaml": "{apiVersion: v2, name: shop, version: 1.0.0}",
        "values.yaml": "{given: abc, function: now, empty: '', zero: 0, no: false,"
        " map: {b: 1, a: 2}}",
        "templates/NOTES.txt": template,
        "files/a.txt": files,
        "ci/one-values.yaml": values,
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    chart = Chart.load(folder)
    case = Case("one", (folder / "ci/one-values.yaml",))
    rendered = CaseWriter(chart).rendered(case, for_later=True)
    if rendered.is_repeatable:
        assert rendered.texts == ChartWriter(chart).texts(case.values, case.options)
    return rendered.is_repeatable


@pytest.mark.parametrize(
    "template",
    [
        "plain",
        "{{ .Values.given | b64enc }}",
        "{{ .Values.given | default (randAlphaNum 32) }}",
        "{{ .Values.given | default (randAlphaNum 32) | b64enc | quote }}",
        "{{ default (uuidv4) .Values.given }}",
        "{{ .Values.map | default (now) | toJson }}",
        '{{ (lookup "v1" "Secret" "a" "b").data | default dict | toJson }}',
        "{{ if .Values.no }}{{ now }}{{ genPrivateKey `rsa` }}{{ end }}",
        "{{ keys .Values.map | sortAlpha | join `,` }}",
        "{{ values .Values.map | sortAlpha | join `,` }}",
        "{{ has `a` (keys .Values.map) }}{{ has (toString 1) (values .Values.map) }}",
        "{{/* now randAlphaNum */}}{{ printf `%s` `now` }} now",
        "{{ .Values.now }}{{ $date := 1 }}{{ $date }}{{ dict `values` 1 | toJson }}",
        "{{ tpl .Values.given . }}{{ contains `{{` .Values.given }}",
        "{{ tpl (cat `{{ with $.Values }}` .Values.given `{{ end }}`) . }}",
        "{{ splitList `'` `now` }}{{ printf `%c` '\"' }}",
        "{{ tpl (printf `{{ print %q }}` .Values.given) . }}",
        "{{ tpl .Values.given . }}{{ printf `%s` .Values.given }}",
        "{{ tpl .Values.given . }}{{ .Values.given | default (randAlphaNum 32) }}",
    ],
)
def test_steady_templates_are_known_as_such(tmp_path: Path, template: str) -> None:
    assert is_repeatable(tmp_path, template)


@pytest.mark.parametrize(
    "template",
    [
        *(f"{{{{ {call} }}}}" for call in ("randAlphaNum 9", "randInt 0 9", "uuidv4", "now")),
        *(f"{{{{ {call} }}}}" for call in ("genPrivateKey `ed25519`", "bcrypt `a`", "ago now")),
        "{{ date `2006` `2020` }}{{ htpasswd `a` `b` }}",
        "{{ keys .Values.map }}",
        "{{ keys .Values.map | join `,` }}{{ keys .Values.map | sortAlpha }}",
        "{{ values .Values.map }}",
        "{{ has (randAlphaNum 1) (keys .Values.map) }}{{ has now (keys .Values.map) }}",
        "{{ has `a` (keys .Values.map | initial) }}",
        "{{ shuffle `abcdefgh` }}",
        "{{ .Values.empty | default (randAlphaNum 32) }}",
        "{{ .Values.zero | default (randInt 0 100) }}",
        "{{ .Values.no | default (randAlphaNum 32) | trunc 1 }}",
        "{{ default (uuidv4) .Values.none }}",
        "{{ default (randAlphaNum (int 5)) .Values.given }}",
        "{{ ternary (randAlphaNum 5) `x` true | sha256sum }}",
        "{{ if eq (randInt 0 2) 0 }}a{{ end }}",
        '{{ printf `%c` \'"\' }}{{ now }}{{ print "" }}',
        "{{ `}}` }}{{ now }}",
        "{{ tpl `{{ now }}` . }}",
        "{{ tpl (printf `{{ %s }}` .Values.function) . }}",
        "{{ tpl (print `{{` .Values.function `}}`) . }}",
        "{{ . }}",
    ],
)
def test_unsteady_templates_are_not_remembered(tmp_path: Path, template: str) -> None:
    assert not is_repeatable(tmp_path, template)


def test_values_count_where_templates_are_made_of_them(tmp_path: Path) -> None:
    made = "{{ tpl .Values.given . }}"
    assert is_repeatable(tmp_path, made, values="given: '{{ .Release.Name }} now'")
    assert not is_repeatable(tmp_path, made, values="given: '{{ now }}'")
    assert not is_repeatable(tmp_path, made, values=r'given: "\x7b\x7b now }}"')
    for inside in (
        "{a: '{{ now }}'}",
        "{'{{ now }}': a}",
        "[a, '{{ now }}']",
        "[[{a: '{{ now }}'}]]",
    ):
        assert not is_repeatable(tmp_path, f"{made}# ", values=f"map: {inside}")
    assert is_repeatable(tmp_path, made, values="map: {a: [1, true, null, '{{ 1 }}']}")
    assert is_repeatable(tmp_path, "{{ .Values.given }}", values="given: '{{ now }}'")


def test_files_count_where_templates_are_made_of_them(tmp_path: Path) -> None:
    made = "{{ tpl (.Files.Get `files/a.txt`) . }}"
    assert is_repeatable(tmp_path, made, files="It is {{ .Release.Name }} now.")
    assert not is_repeatable(tmp_path, made, files="{{ now }}")
    assert is_repeatable(tmp_path, "{{ .Files.Get `files/a.txt` }}", files="{{ now }}")


def test_the_name_of_the_function_makes_a_template_in_a_template_alone(tmp_path: Path) -> None:
    said = "Call {{ tpl }} for {{ now }}."
    assert is_repeatable(tmp_path, "{{ .Files.Get `files/a.txt` }}", files=said)


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "files",
    ["{{ " + "it's `so` " * 50, "{{ " + '"a" ' * 100, "{{ /* " * 200, "{{" * 2000],
    ids=["quotes", "strings", "comments", "braces"],
)
def test_an_action_without_an_end_is_left_soon(tmp_path: Path, files: str) -> None:
    made = "{{ tpl (.Files.Get `none.txt`) . }}"  # the file itself would fail
    assert not is_repeatable(tmp_path, made, files=files)


@pytest.mark.timeout(30)
def test_a_long_name_is_read_once(tmp_path: Path) -> None:
    template = f"{{{{ has (toString $.Values.{'a' * 200}) (list 1) }}}}{{{{ now }}}}"
    assert not is_repeatable(tmp_path, template)


def test_a_failure_is_told_as_the_chart_itself_has_it(tmp_path: Path) -> None:
    template = "{{ .Values.given | default (randAlphaNum 5) }}\n{{ fail `no way` }}"
    with pytest.raises(Exception, match="no way"):
        is_repeatable(tmp_path, template)


def test_a_chart_without_anything_random_is_its_own_twin(tmp_path: Path) -> None:
    assert is_repeatable(tmp_path, "{{ .Values.given }}")
    chart = Chart.load(tmp_path)
    assert twin(chart) is chart
