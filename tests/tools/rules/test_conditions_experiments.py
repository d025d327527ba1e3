"""Conditions of experiments with values: what is rendered for them, and what is not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chartproof.cases import Case
from chartproof.excerpt import Excerpts, Sources
from chartproof.experiments import failures, output
from chartproof.experiments.changes import Changes
from chartproof.experiments.output import Failure, Output, longer_list, other_value
from chartproof.experiments.subject import Subject
from tests.support.inline import CHART_YAML, found_with, messages, write_chart

NULL, TYPE = "null-is-handled", "wrong-type-is-refused"
SOURCE = "shop/templates/a.yaml"
LEFT_OUT = "tried 0 changes of values, and left out 1 for the time they take: --deep tries all"


@pytest.fixture
def wholes(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """Give the list of the values with which all templates are rendered for a failure."""
    tried: list[Mapping[str, Any]] = []
    sound = failures._report

    def noted(subject: Subject, case: Case, values: Mapping[str, Any]) -> str | None:
        tried.append(values)
        return sound(subject, case, values)

    monkeypatch.setattr(failures, "_report", noted)
    return tried


def test_all_templates_are_rendered_only_for_what_one_of_them_fails_for(
    tmp_path: Path, wholes: list[Mapping[str, Any]]
) -> None:
    chart = write_chart(
        tmp_path,
        {
            "values.yaml": "a: {b: 1}\nc: 1\nd: {e: 1}\n",
            "templates/sound.yaml": "{{ dig `b` 1 (.Values.a | default dict) }}",
            "templates/refuses.yaml": "{{ required `c is needed` .Values.c }}",
            "templates/fails.yaml": "{{ .Values.d.e }}",
        },
    )
    assert [it.field for it in found_with(NULL, chart)] == ["d"]
    assert wholes == [{"d": None}]


@pytest.mark.parametrize(
    ("value", "schema", "said"),
    [
        ("text", {"type": "string"}, []),
        ("text", {}, [LEFT_OUT]),
    ],
)
def test_what_the_schema_refuses_is_not_even_left_out(
    value: str,
    schema: dict[str, object],
    said: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(failures, "_ALLOWED_BYTES", 0)
    files = {
        "values.yaml": f"a: {value}\n",
        "values.schema.json": json.dumps({"properties": {"a": schema}}),
        "templates/a.yaml": "a: {{ .Values.a | trunc 3 }}",
    }
    assert messages(found_with(TYPE, write_chart(tmp_path, files))) == said


def test_a_value_is_tried_where_the_templates_that_read_it_are_short_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short, long = "{{ .Values.a.b }}", f"# {'long ' * 99}"
    files = {"values.yaml": "a: {}\n", "templates/a.yaml": short, "templates/b.yaml": long}
    chart = write_chart(tmp_path, files)
    monkeypatch.setattr(failures, "_ALLOWED_BYTES", len(short))
    (finding,) = found_with(NULL, chart)
    assert finding.field == "a"
    monkeypatch.setattr(failures, "_ALLOWED_BYTES", len(short) - 1)
    assert messages(found_with(NULL, chart)) == [LEFT_OUT]


def test_a_case_that_the_chart_refuses_still_shows_what_fails_before(tmp_path: Path) -> None:
    chart = write_chart(
        tmp_path,
        {
            "values.yaml": "image: {tag: 1}\nmode: new\n",
            "templates/a.yaml": "{{ .Values.image.tag }}"
            "{{ if eq .Values.mode `old` }}{{ fail `mode old is gone` }}{{ end }}",
        },
    )
    (finding,) = (it for it in found_with(NULL, chart, {"mode": "old"}) if it.field == "image")
    assert finding.cases == ("case-0",)


@pytest.mark.parametrize(
    ("template", "fields"),
    [
        ("{{ (required `say db.login` .Values.login).user }}", []),
        ("{{ .Values.login.user }}", ["db", "db.login"]),
    ],
)
def test_a_subchart_may_refuse_a_null_in_its_own_words(
    template: str, fields: list[str], tmp_path: Path
) -> None:
    chart = write_chart(
        tmp_path,
        {
            "values.yaml": "db: {login: {user: a}}\n",
            "charts/db/Chart.yaml": CHART_YAML.replace("shop", "db"),
            "charts/db/templates/all.yaml": template,
        },
    )
    assert [it.field for it in found_with(NULL, chart)] == fields


def output_of(folder: Path, template: str) -> Output:
    """Render a chart of one template, by its defaults."""
    values = "port: 8080\ncount: 3\nname: shop\n"
    files = {"values.yaml": values, "templates/a.yaml": template}
    made = Output.of(Subject(write_chart(folder, files)), Case("defaults"))
    assert made
    return made


def test_output_that_cannot_be_rendered_again_is_held_against_others_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = output_of(tmp_path, "a: {{ .Values.name }}")
    monkeypatch.setattr(output, "_rendered", lambda *_: Failure("not again"))
    assert not made.differs_in(SOURCE, ["a: shop"])
    assert made.differs_in(SOURCE, ["a: store"])


def test_a_failure_is_a_difference_whatever_is_random(tmp_path: Path) -> None:
    made = output_of(tmp_path, "a: {{ randAlphaNum 20 }}")
    assert made.differs_in(SOURCE, Failure("f"))


def test_what_is_random_is_no_difference_and_what_stands_beside_it_is(tmp_path: Path) -> None:
    made = output_of(tmp_path, "a: {{ randAlphaNum 20 }}\nb: {{ .Values.name }}")
    assert not made.differs_in(SOURCE, ["a: anything", "b: shop"])
    assert made.differs_in(SOURCE, ["a: anything", "b: store"])
    assert made.differs_in(SOURCE, ["a: anything", "c: d", "b: shop"])


@pytest.mark.parametrize(
    ("sets", "path", "is_shown"),
    [
        ("", "name", True),
        ("", "count", False),
        ("{{ $_ := set .Values `port` 1 }}", "name", False),
    ],
)
def test_a_template_alone_shows_a_value_where_no_template_sets_one(
    sets: str, path: str, is_shown: bool, tmp_path: Path
) -> None:
    made = output_of(tmp_path, f"{sets}a: {{{{ .Values.name }}}}")
    assert made.shows_in((path,), SOURCE) is is_shown


def test_a_failure_differs_from_lines_that_look_like_its_letters(tmp_path: Path) -> None:
    made = output_of(tmp_path, "#\n#")
    assert not made.differs_in(SOURCE, ["#", "#"])
    assert made.differs_in(SOURCE, Failure("##"))


def test_a_template_is_held_once_against_what_it_writes_with_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = output_of(tmp_path, "a: {{ .Values.name }}")
    asked: list[object] = []
    sound = Excerpts.render

    def noted(self: Excerpts, sources: Sources, *rest: Any) -> Mapping[str, str]:
        asked.append(sources)
        return sound(self, sources, *rest)

    monkeypatch.setattr(Excerpts, "render", noted)
    assert made.stands_alone(SOURCE)
    assert made.stands_alone(SOURCE)
    assert len(asked) == 1


def test_a_template_that_another_one_changes_by_a_variable_does_not_stand_alone(
    tmp_path: Path,
) -> None:
    files = {
        "values.yaml": "web: {name: shop}\n",
        "templates/a.yaml": "a: {{ .Values.web.name }}",
        "templates/first.yaml": "{{ $web := .Values.web }}{{ $_ := set $web `name` `fixed` }}",
    }
    tried = write_chart(tmp_path, files)
    made = Output.of(Subject(tried), Case("defaults"))
    assert made
    assert tried.excerpts.are_apart
    assert not made.stands_alone(SOURCE)


@pytest.mark.parametrize(
    ("value", "other", "longer"),
    [
        ("a", "am", "am"),
        (None, "m", "m"),
        (7, 8, 8),
        (1.5, 2.5, 2.5),
        (True, False, False),
        ([], ["m"], ["m"]),
        (["a"], [], ["a", "m"]),
        ({}, {"m": "m"}, {"m": "m"}),
        ({"a": 1}, {"m": "m"}, {"m": "m"}),
    ],
    ids=str,
)
def test_another_value_is_of_the_same_type(value: object, other: object, longer: object) -> None:
    assert (other_value(value, "m"), longer_list(value, "m")) == (other, longer)


@pytest.mark.parametrize(
    ("template", "seen"),
    [
        ("a: {{ .Values.port }}", {("port",)}),
        ("a: {{ .Values.port }}/{{ .Values.count }}", set()),
        ("a: {{ .Values.count }}", set()),
    ],
)
def test_a_number_is_plain_only_where_it_is_all_that_is_new_in_its_line(
    template: str, seen: set[tuple[str, ...]], tmp_path: Path
) -> None:
    changes = Changes(output_of(tmp_path, template), [("port",), ("count",)])
    lines = changes.rendered()
    assert not isinstance(lines, Failure)
    assert changes.seen(lines).plainly == seen
