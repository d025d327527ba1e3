"""A branch counts as taken when a render of Helm takes it, and only then."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartproof.cases import Case
from chartproof.coverage import Coverage, measure
from chartproof.errors import InputError
from tests.support.inline import write_chart


def covered(files: Mapping[str, str], *values: dict[str, Any], failure: str = "") -> Coverage:
    """Measure a chart with these files by cases with these values; the last may have to fail."""
    cases = [Case(f"case-{number}", inline=each) for number, each in enumerate(values)]
    if failure:
        cases[-1] = Case("failing", inline=values[-1], expected_failure=failure)
    with TemporaryDirectory() as folder:
        return measure(write_chart(Path(folder), files), cases)


def missing(files: Mapping[str, str], *values: dict[str, Any], failure: str = "") -> list[str]:
    found = covered(files, *values, failure=failure).missing
    return [f"{Path(it.file).name}:{it.line}: {it.missed}" for it in found]


def test_each_case_takes_its_own_branches() -> None:
    template = "{{ if .Values.a }}a: 1{{ else }}b: 1{{ end }}\n"
    files = {"templates/a.yaml": template}
    assert missing(files, {"a": 1}) == ["a.yaml:1: never taken"]
    assert missing(files, {"a": 0}) == ["a.yaml:1: never true"]
    assert missing(files, {"a": 0}, {"a": 1}) == []
    taken = covered(files, {"a": 0}, {"a": 1}).taken
    assert {it.condition: by for it, by in taken.items()} == {
        "if .Values.a": "case-1",
        "else of if .Values.a": "case-0",
    }


SCOPES = {
    "the top scope": ".",
    "a map that holds it": '(dict "top" $ "more" 1)',
    "a list that holds it": "(list 1 $)",
    "a map without it": '(dict "a" .Values.a)',
    "a text": ".Values.a",
    "nothing": "nil",
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_branches_of_a_helper_count_whatever_it_is_given(scope: str) -> None:
    files = {
        "templates/_it.tpl": '{{ define "it" }}{{ if . }}yes{{ else }}no{{ end }}{{ end }}',
        "templates/a.yaml": f'a: {{{{ include "it" {scope} | quote }}}}\n',
    }
    never = "never true" if scope == "nil" else "never taken"
    assert missing(files, {"a": "x"}) == [f"_it.tpl:1: {never}"]


def test_a_helper_that_nothing_includes_is_told() -> None:
    files = {"templates/_it.tpl": 'x\n{{ define "it" }}{{ end }}', "templates/a.yaml": "a: 1\n"}
    assert missing(files, {}) == ["_it.tpl:2: never included"]


def test_what_a_helper_says_is_compared_as_it_is_without_the_test() -> None:
    # White space that the test itself added would make the helper's answer another one.
    files = {
        "templates/_it.tpl": (
            '{{- define "is" -}}\n{{- if .Values.a -}}\n  true\n{{- end -}}\n{{- end -}}\n'
        ),
        "templates/a.yaml": '{{ if eq (include "is" .) "true" }}a: 1{{ end }}\n',
    }
    assert missing(files, {"a": 1}) == ["_it.tpl:2: never false", "a.yaml:1: never false"]
    assert missing(files, {"a": 0}) == ["_it.tpl:2: never true", "a.yaml:1: never true"]


def test_a_template_that_looks_at_the_whole_scope_is_measured_all_the_same() -> None:
    files = {
        "templates/a.yaml": "{{ if .Values.a }}{{ end }}\n"
        "{{ range $key, $_ := . }}{{ if hasPrefix `chartproof` $key }}{{ $key }}: 1\n"
        "{{ end }}{{ end }}"
    }
    assert missing(files, {"a": 1}) == [
        "a.yaml:1: never false",
        "a.yaml:2: never true",
        "a.yaml:2: never empty",
    ]


@pytest.mark.parametrize(
    ("template", "renders"),
    [
        ("a: 1\n", 3),
        ("a: {{ randAlphaNum 9 }}\n", 4),
        ("a: 1{{ if true }} # kept\n{{ else }}{{ end }}\n", 3),
        ("a: 1\n{{ if true -}}  # trimmed\n{{ else }}{{ end }}\n", 3),
    ],
    ids=["plain", "random", "with white space", "with white space that goes"],
)
def test_many_branches_of_a_case_take_few_renders(
    template: str, renders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    measuring = import_module("chartproof.coverage.measure")  # the package has a function so named
    sound = measuring.render_files

    def noted(*asked: Any) -> Any:
        made.append(asked)
        return sound(*asked)

    monkeypatch.setattr(measuring, "render_files", noted)
    coverage = covered({"templates/a.yaml": template + 9 * "{{ if .Values.a }}{{ end }}\n"}, {})
    assert len([it for it in coverage.taken if it.condition == "if .Values.a"]) == 9
    assert len(made) == renders


def test_the_coverage_of_a_template_is_its_share(tmp_path: Path) -> None:
    files = {
        "templates/a.yaml": "{{ if .Values.a }}{{ end }}",
        "templates/b.yaml": "{{ if .Values.a }}{{ end }}{{ if .Values.b }}{{ end }}",
        "templates/c.yaml": "",
    }
    coverage = measure(write_chart(tmp_path, files), [Case("one"), Case("two", sets=("b=1",))])
    assert coverage.files == ["shop/templates/a.yaml", "shop/templates/b.yaml"]
    assert round(coverage.percent, 2) == 66.67
    own = coverage.of("shop/templates/b.yaml")
    assert own.percent == 75
    assert [(it.condition, it.missed, it in own.taken) for it in own.branches] == [
        ("if .Values.a", "never true", False),
        ("if .Values.a", "never false", True),
        ("if .Values.b", "never true", True),
        ("if .Values.b", "never false", True),
    ]
    assert own.taken.items() <= coverage.taken.items()
    assert len(own.taken) == 3


def test_random_output_does_not_stand_in_the_way() -> None:
    files = {"templates/a.yaml": "a: {{ randAlphaNum 9 }}\n{{ if .Values.a }}b: 1{{ end }}\n"}
    assert missing(files, {"a": 1}) == ["a.yaml:2: never false"]


def test_refusals_are_branches_that_a_case_which_has_to_fail_takes() -> None:
    files = {"templates/a.yaml": '{{ if .Values.bad }}{{ fail "no" }}{{ end }}a: 1\n'}
    assert missing(files, {}) == ["a.yaml:1: never true"]
    assert missing(files, {}, {"bad": 1}, failure="no") == []


def test_the_notes_are_measured_and_subcharts_are_not() -> None:
    files = {
        "templates/NOTES.txt": "{{ if .Values.a }}hello{{ end }}",
        "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
        "charts/sub/templates/a.yaml": "{{ if .Values.a }}a: 1{{ end }}\n",
    }
    assert missing(files, {"a": 1}) == ["NOTES.txt:1: never false"]


def test_a_case_that_fails_is_named() -> None:
    files = {"templates/a.yaml": "{{ if .Values.a }}{{ end }}{{ .Values.b.c }}"}
    with pytest.raises(InputError, match=r"^case case-0: .*templates/a\.yaml:1"):
        covered(files, {})


def test_a_chart_without_branches_is_covered() -> None:
    assert covered({"templates/a.yaml": "a: 1\n"}, {}).percent == 100


TREES = st.recursive(
    st.just(()), lambda inner: st.tuples(st.integers(0, 3), inner, st.none() | inner), max_leaves=9
)


def written(tree: Any) -> str:
    """Write a tree of conditions as a template: (value, body, else or None)."""
    if not tree:
        return " x "
    number, body, otherwise = tree
    trim = "-" if number % 2 else ""
    tail = "" if otherwise is None else f"{{{{{trim} else }}}}{written(otherwise)}"
    return f"{{{{{trim} if .Values.v{number} {trim}}}}}{written(body)}{tail}{{{{{trim} end }}}}"


def walked(tree: Any, values: Mapping[str, bool], path: str = "") -> set[str]:
    """Tell which branches are taken, by the way that leads to them."""
    if not tree:
        return set()
    number, body, otherwise = tree
    taken = values[f"v{number}"]
    way = f"{path}/{taken}"
    return {way} | walked(body if taken else otherwise or (), values, way)


@settings(max_examples=40, deadline=None)
@given(tree=TREES, cases=st.lists(st.tuples(*[st.booleans()] * 4), min_size=1, max_size=3))
def test_any_nest_of_conditions_is_measured_as_it_runs(
    tree: Any, cases: list[tuple[bool, ...]]
) -> None:
    values = [{f"v{at}": flag for at, flag in enumerate(case)} for case in cases]
    expected = set[str]().union(*(walked(tree, each) for each in values))
    coverage = covered({"templates/a.yaml": f"a: 1 # {written(tree)}\n"}, *values)
    assert len(coverage.taken) == len(expected)
