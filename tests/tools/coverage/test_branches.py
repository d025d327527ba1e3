"""The branches of a template are what its actions decide about."""

from __future__ import annotations

import pytest

from chartproof.coverage.actions import actions
from chartproof.coverage.branches import branches


def told(text: str) -> list[str]:
    return [f"{it.line}: {it.missed}: {it.condition}" for it in branches("f", text)]


def test_an_if_has_a_branch_for_either_answer() -> None:
    assert told("a\n{{ if .a }}b{{ end }}") == [
        "2: never true: if .a",
        "2: never false: if .a",
    ]


def test_a_chain_has_one_for_each_part() -> None:
    assert told("{{ if .a }}\n{{- else if .b }}\n{{- else }}\n{{ end }}") == [
        "1: never true: if .a",
        "2: never true: else if .b",
        "3: never taken: else of if .a",
    ]


def test_a_chain_that_ends_without_else_may_be_left_out() -> None:
    assert told("{{ with .a }}{{ else with .b }}{{ end }}") == [
        "1: always empty: with .a",
        "1: always empty: else with .b",
        "1: never empty: else with .b",
    ]


def test_a_range_may_be_over_nothing_unless_it_names_what_it_is_over() -> None:
    assert told("{{ range .a }}{{ end }}") == [
        "1: never iterates: range .a",
        "1: never empty: range .a",
    ]
    assert told('{{ range $i, $x := list 1 "a" }}{{ end }}') == [
        '1: never iterates: range $i, $x := list 1 "a"'
    ]
    assert len(told("{{ range list .a | compact }}{{ end }}")) == 2


def test_a_definition_is_one_and_holds_its_own() -> None:
    assert told('{{- define "a" -}}\n{{ if .b }}{{ end }}\n{{- end -}}') == [
        '1: never included: define "a"',
        "2: never true: if .b",
        "2: never false: if .b",
    ]


def test_what_is_written_in_strings_and_comments_decides_about_nothing() -> None:
    text = (
        "{{/* {{ if .a }} */}}{{- /* {{ if .b }} */ -}}\n"
        '{{ if eq .a "}}{{ if .c }}" }}{{ `{{ else }}` }}{{ end }}'
    )
    assert [action.word for action in actions(text)] == ["if", "", "end"]
    assert told(text)[0] == '2: never true: if eq .a "}}{{ if .c }}"'


def test_names_that_begin_like_keywords_are_none() -> None:
    assert told("{{ iffy }}{{ .if }}{{ ending }}{{ $range }}") == []


def test_minus_is_a_trim_only_beside_white_space() -> None:
    (trimming, minus) = actions("{{- if .a -}}{{ -3 }}")
    assert (trimming.trims, trimming.trims_after, trimming.rest) == (True, True, ".a")
    assert (minus.trims, minus.trims_after) == (False, False)


def test_what_has_no_end_is_left_out() -> None:
    assert told("{{ if .a }}{{ if .b }}{{ end }}") == [
        "1: never true: if .b",
        "1: never false: if .b",
    ]
    assert told("{{ end }}{{ else }}") == []


def test_the_else_that_is_not_there_trims_as_the_end_does() -> None:
    for end, otherwise in (("{{ end }}", "{{ else }}"), ("{{- end }}", "{{- else }}")):
        taken, left_out = branches("f", f"{{{{ if .a }}}} {end}")
        assert (taken.opened_by, left_out.opened_by) == ("", otherwise)


@pytest.mark.timeout(30)
def test_an_action_without_an_end_is_left_soon() -> None:
    assert not [*actions("{{ " + '"a" ' * 100)]
