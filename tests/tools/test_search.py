"""A search by few renders finds the values that renders of each of them alone find."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.experiments.changes import Changes
from chartproof.experiments.output import Failure, Lines, Output, Text
from chartproof.experiments.search import Search
from chartproof.experiments.subject import Allowance, Subject, paths
from chartproof.yamlio import Path as ValuePath
from tests.support.charts import chart
from tests.support.inline import write_chart

VALUES = """\
name: shop
motto: ""
port: 8080
other: 8080
ratio: 0.5
shown: true
hidden: false
existing: ""
key: login
labels: {}
list: []
words: [one, two]
plans: []
mode: one
count: 3
least: 2
inner: {one: a, two: b, three: c, four: d}
"""
UNREAD = "# {{ .Values.never }}\n"
TEMPLATES = {
    "nothing": UNREAD,
    "texts": "a: {{ .Values.name }}-{{ .Values.inner.two }}\nb: {{ .Values.motto }}",
    "numbers": "port: {{ .Values.port }}\nother: 8081\nratio: {{ .Values.ratio }}",
    "a number that is written another way": "port: {{ mul .Values.port 3 | int }}",
    "maps and lists": "a: {{ toYaml .Values.labels | nindent 2 }}\nb: {{ toYaml .Values.words }}",
    "an empty list": "b: {{ with .Values.list }}{{ toYaml . }}{{ end }}",
    "flags": "{{ if .Values.shown }}a{{ end }}: {{ if .Values.hidden }}{{ .Values.name }}{{ end }}",
    "what only a sum shows": "sum: {{ toYaml .Values.inner | sha256sum }}-{{ .Values.port }}",
    "what is cut": "cut: {{ .Values.name | trunc 6 }} {{ b64enc .Values.inner.one }}",
    "a text that switches another": (
        "{{ if .Values.existing }}from: {{ .Values.key }}{{ else }}key: login{{ end }}"
    ),
    "a text that switches to what is there already": (
        "from: {{ .Values.existing }}\n"
        "key: {{ if .Values.existing }}{{ .Values.key }}{{ else }}login{{ end }}"
    ),
    "a number that another one makes": "least: {{ sub .Values.count 1 }}",
    "two numbers of which one is written": "a: {{ .Values.port }}\nb: {{ .Values.key }}",
    "a list that switches a text": "{{ if .Values.list }}a: {{ .Values.motto }}{{ end }}",
    "a text that hides another": (
        "{{ if eq .Values.mode `one` }}a: {{ .Values.name }}{{ else }}b: {{ .Values.key }}{{ end }}"
    ),
    "a fault that names the value": (
        "{{ if ne .Values.mode `one` }}{{ fail `mode has to be one` }}{{ end }}"
        "{{ if .Values.existing }}{{ fail `existing: remove it` }}{{ end }}a: {{ .Values.name }}"
    ),
    "a fault that shows the value": (
        "{{ if .Values.existing }}{{ fail .Values.existing }}{{ end }}a: {{ .Values.key }}"
    ),
    "a fault that tells nothing": (
        "{{ if ne .Values.mode `one` }}{{ fail `no` }}{{ end }}\nb: {{ .Values.key }}"
    ),
    "a list of maps": "{{ range .Values.plans }}a: {{ .title }}{{ end }}\nb: {{ .Values.name }}",
    "random lines": "a: {{ randAlpha 9 }}\nb: {{ .Values.name }}\nc: {{ .Values.motto }}",
    "the values as a whole": "{{ toYaml .Values }}",
    "what a template sets for all": (
        "{{ $_ := set .Values `name` `fixed` }}a: {{ .Values.name }} {{ .Values.key }}"
    ),
}


def everything(subject: Subject) -> list[ValuePath]:
    """Give the path of each value that holds no others."""
    return [
        path for path, value in paths(subject.values) if not (value and isinstance(value, dict))
    ]


def output_of(tried: Chart, case: Case | None = None) -> Output:
    output = Output.of(Subject(tried), case or Case("defaults"))
    assert output
    return output


def written(folder: Path, *templates: str) -> Output:
    files = {f"templates/{index}.yaml": text for index, text in enumerate(templates)}
    return output_of(write_chart(folder, {"values.yaml": VALUES, **files}))


def search(output: Output, size: float = math.inf) -> tuple[set[ValuePath], set[ValuePath]]:
    """Return what is found with an effect, and what stays undecided."""
    searched = Search(output, Allowance(size))
    return searched.shown(everything(output.subject)), searched.undecided


def alone(output: Output) -> set[ValuePath]:
    """Return what has an effect, by a render for each value."""
    return {path for path in everything(output.subject) if output.shows(path)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_values_changed_together_are_told_apart(name: str, tmp_path: Path) -> None:
    output = written(tmp_path, TEMPLATES[name])
    assert search(output) == (alone(output), set())
    assert bool(alone(output)) is (name != "nothing")


def test_values_of_many_templates_are_told_apart(tmp_path: Path) -> None:
    sound = [text for name, text in TEMPLATES.items() if "fault" not in name]
    output = written(tmp_path, UNREAD, *sound[1:4], sound[5])
    assert search(output)[0] == alone(output)


def test_a_template_that_is_another_with_the_others_is_not_believed_alone(tmp_path: Path) -> None:
    sets = "{{ $_ := set .Values `name` `fixed` }}"
    output = written(tmp_path, "a: {{ .Values.name }}-{{ .Values.key }}", sets)  # the last is first
    assert not output.stands_alone("shop/templates/0.yaml")
    assert search(output)[0] == alone(output) == {("key",)}


@pytest.mark.parametrize("what", ["$.Values", ".Values", "(.Values)", "$all.Values"])
def test_where_a_template_sets_a_value_to_what_it_is_no_other_is_believed_alone(
    what: str, tmp_path: Path
) -> None:
    sets = f"{{{{ $all := $ }}}}{{{{ $_ := set {what} `name` `shop` }}}}"
    output = written(tmp_path, "a: {{ .Values.name }}-{{ .Values.key }}", sets)
    assert not output.stands_alone("shop/templates/0.yaml")
    assert search(output)[0] == alone(output) == {("key",)}


@pytest.mark.parametrize("name", ["values-behind-flags", "subcharts-by-condition", "values-seen"])
def test_values_of_fixture_charts_are_told_apart(name: str) -> None:
    output = output_of(chart(name))
    assert search(output) == (alone(output), set())


def test_what_the_allowance_is_short_of_stays_undecided(tmp_path: Path) -> None:
    output = written(
        tmp_path, TEMPLATES["texts"], TEMPLATES["flags"], "{{/* " + 2000 * "-" + " */}}"
    )
    unread = set(everything(output.subject))
    for size in (0, output.subject.size, 3 * output.subject.size, 30 * output.subject.size):
        found, undecided = search(output, size)
        assert found <= alone(output) <= found | undecided
        assert bool(undecided) is (size < 30 * output.subject.size)
    assert search(output, 0) == (set(), unread)


def test_a_search_takes_fewer_renders_than_there_are_values(tmp_path: Path) -> None:
    many = {f"value{index}": f"text {index}" for index in range(60)}
    lines = "\n".join(f"{name}: {{{{ .Values.{name} }}}}" for name in many)
    values = "\n".join(f"{name}: {text}" for name, text in many.items())
    files = {"values.yaml": values, "templates/all.yaml": lines}
    output = output_of(write_chart(tmp_path, files))
    found, undecided = search(output, 25 * output.subject.size)
    assert (len(found), undecided) == (60, set())


def test_of_many_empty_values_the_ones_that_only_others_switch_on_are_told_apart(
    tmp_path: Path,
) -> None:
    empty = [f"value{index}" for index in range(40)]
    lines = [f"{name}: {{{{ .Values.{name} }}}}" for name in empty]
    lines[7] = "value7: {{ if .Values.value6 }}{{ .Values.value7 }}{{ end }}"
    lines[20] = "value20: {{ with .Values.value21 }}{{ $.Values.value20 }}{{ end }}"
    values = "\n".join(f'{name}: ""' for name in empty)
    files = {"values.yaml": values, "templates/all.yaml": "\n".join(lines)}
    output = output_of(write_chart(tmp_path, files))
    assert search(output)[0] == alone(output)
    assert len(alone(output)) == 38


def test_values_that_are_refused_one_after_the_other_are_told_apart(tmp_path: Path) -> None:
    names = [f"value{index}" for index in range(300)]
    lines = [
        f"{{{{ if ne .Values.{it} `a` }}}}{{{{ fail `{it} is no a` }}}}{{{{ end }}}}"
        for it in names
    ]
    values = "\n".join(f"{name}: a" for name in names)
    files = {"values.yaml": values, "templates/all.yaml": "\n".join(lines)}
    found, undecided = search(output_of(write_chart(tmp_path, files)))
    assert (len(found), undecided) == (300, set())


def test_output_with_the_like_of_a_mark_in_it_confuses_nothing(tmp_path: Path) -> None:
    output = written(tmp_path, "a: changed7000z {{ .Values.name }}\nb: changed0z {{ .Values.key }}")
    assert search(output)[0] == alone(output) == {("name",), ("key",)}


def test_a_mark_is_plain_where_the_line_is_the_old_one_but_for_it(tmp_path: Path) -> None:
    output = written(tmp_path, TEMPLATES["texts"], TEMPLATES["numbers"], TEMPLATES["an empty list"])
    changes = Changes(output, everything(output.subject))
    lines = changes.rendered()
    assert not isinstance(lines, Failure)
    seen = changes.seen(lines)
    assert seen.plainly == {("name",), ("inner", "two"), ("motto",)}
    assert seen.all - seen.plainly == {("list",)}


def test_a_number_is_plain_where_it_is_large_and_no_other_is_the_same(tmp_path: Path) -> None:
    output = written(tmp_path, "a: {{ .Values.port }}\nb: {{ .Values.count }}")
    for asked, seen in (("port", {("port",)}), ("count", set()), ("other", set())):
        changes = Changes(output, [(asked,), ("port",)] if asked == "other" else [(asked,)])
        lines = changes.rendered()
        assert not isinstance(lines, Failure)
        assert changes.seen(lines).plainly == seen


def test_a_report_blames_the_values_that_it_names_by_mark_or_path(tmp_path: Path) -> None:
    changes = Changes(written(tmp_path, UNREAD), [("name",), ("inner", "two"), ("port",)])
    assert changes.blamed("values: shopchanged0z and inner.two do not go together") == {
        *(("name",), ("inner", "two"))
    }
    assert changes.blamed("no") == set()


FLAGS = "one: true\nother: true\nhello: hello\n"


def with_flags(folder: Path, template: str, values: str = FLAGS) -> Output:
    return output_of(write_chart(folder, {"values.yaml": values, "templates/a.yaml": template}))


def test_flags_that_undo_each_other_are_changed_alone(tmp_path: Path) -> None:
    output = with_flags(tmp_path, "{{ if eq .Values.one .Values.other }}a: 1{{ end }}")
    assert search(output) == ({("one",), ("other",)}, set())


def test_a_flag_does_not_hide_what_another_value_does(tmp_path: Path) -> None:
    template = "a: {{ if .Values.one }}{{ .Values.hello }}{{ else }}hello{{ end }}"
    assert search(with_flags(tmp_path, template)) == ({("hello",)}, set())


def test_where_there_are_flags_alone_nothing_is_spent_on_others(tmp_path: Path) -> None:
    template = "{{ if .Values.one }}a: 1{{ end }}"
    output = with_flags(tmp_path, template, "one: true\n")
    assert search(output, len(template)) == ({("one",)}, set())


def test_what_one_way_has_found_no_other_looks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, set[ValuePath]] = {}

    def noting(way: str) -> Callable[[Search, Sequence[ValuePath]], set[ValuePath]]:
        sound = getattr(Search, way)

        def noted(self: Search, paths: Sequence[ValuePath]) -> set[ValuePath]:
            asked.setdefault(way, set(paths))
            found: set[ValuePath] = sound(self, paths)
            return found

        return noted

    for way in ("_by_marks", "_hinted", "_together", "_alone"):
        monkeypatch.setattr(Search, way, noting(way))
    template = "{{ if .Values.one }}a: {{ .Values.hello }}\nb: {{ .Values.count }}{{ end }}"
    output = with_flags(tmp_path, template, "one: true\nhello: hello\ncount: 3\nnever: 1\n")
    assert search(output)[0] == {("one",), ("hello",), ("count",)}
    assert asked == {
        "_by_marks": {("hello",), ("count",), ("never",)},
        "_hinted": {("one",), ("count",), ("never",)},
        "_together": {("never",)},
        "_alone": set(),
    }


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of what is rendered: `all`, or the one template that is."""
    made: list[str] = []
    whole, alone = Output.changed, Output.changed_in

    def noted_whole(self: Output, *changes: Any) -> Lines | Failure:
        made.append("all")
        return whole(self, *changes)

    def noted_alone(self: Output, source: str, *changes: Any) -> Text | Failure:
        made.append(source.rpartition("/")[2].removesuffix(".yaml"))
        return alone(self, source, *changes)

    monkeypatch.setattr(Output, "changed", noted_whole)
    monkeypatch.setattr(Output, "changed_in", noted_alone)
    return made


NAMES_ONLY = "# {{ if .Values.never }}{{ .Values.inner.one }}{{ .Values.inner.two }}{{ end }}\n"
SUMS = {
    "sum": "# " + 90 * "-" + "\nsum: {{ toYaml .Values.inner | sha256sum }}\n",
    "refusal": (
        "# " + 90 * "-" + "\n{{ if ne (add .Values.inner.one .Values.inner.two) 3 }}"
        "{{ fail `the sum is not three` }}{{ end }}\n"
    ),
    "mark": "# " + 90 * "-" + "\nboth: {{ .Values.inner.one }}-{{ .Values.inner.two }}\n",
}


@pytest.mark.parametrize(
    ("kind", "rendered"),
    [
        ("sum", {"all": 3, "kind": 11}),
        ("refusal", {"all": 4, "kind": 12}),
        ("mark", {"all": 4, "kind": 11}),
    ],
)
def test_the_one_template_that_shows_values_is_looked_into_by_few_renders_of_all(
    kind: str, rendered: dict[str, int], tmp_path: Path, renders: list[str]
) -> None:
    files = {
        "values.yaml": "never: false\n"
        "inner: {one: 1, two: 2, three: 3, four: 4, five: 5, six: 6}\n",
        "templates/a.yaml": NAMES_ONLY,
        "templates/b.yaml": NAMES_ONLY,
        "templates/kind.yaml": SUMS[kind],
    }
    output = output_of(write_chart(tmp_path, files))
    renders.clear()
    found, undecided = search(output)
    counts = Counter(renders)
    assert {what: counts[what] for what in rendered} == rendered
    assert (found, undecided) == (alone(output), set())
