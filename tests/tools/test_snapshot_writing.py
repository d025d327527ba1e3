"""The writers of snapshots: what they render, what they keep, and when they stop trying."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.errors import ChartproofError
from chartproof.manifest import Manifest
from chartproof.options import RenderOptions
from chartproof.render import documents
from chartproof.snapshot import chart_writer
from chartproof.snapshot.case_writer import CaseWriter
from chartproof.snapshot.chart_writer import ChartWriter
from tests.support.inline import write_chart

SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: "{{ .Release.Name }}-login"}
stringData:
  user: {{ required "who is it" .Values.user }}
  password: {{ .Values.password | default (randAlphaNum 12) }}
"""
GIVEN = {"user": "anna", "password": "known"}
RANDOM = {"user": "anna"}


@pytest.fixture
def shop(tmp_path: Path) -> Chart:
    """Give a chart whose password is random where the values have none."""
    return write_chart(tmp_path, {"templates/secret.yaml": SECRET})


def repeatable(
    writer: CaseWriter, *values: Mapping[str, object], for_later: bool = True
) -> list[bool]:
    """Render a case for each of the values in turn, and tell which are repeatable."""
    cases = [Case("it", inline=dict(each)) for each in values]
    return [writer.rendered(case, for_later=for_later).is_repeatable for case in cases]


def test_a_case_that_fails_as_it_is_expected_to_has_no_snapshots(shop: Chart) -> None:
    rendered = CaseWriter(shop).rendered(Case("it", expected_failure="who is it"), for_later=True)
    assert (rendered.texts, rendered.is_repeatable) == ({}, False)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (GIVEN, "case it renders, but has to fail with: nobody"),
        ({}, "case it has to fail with: nobody\nbut fails with: .*who is it"),
    ],
)
def test_a_case_that_does_not_fail_as_it_is_expected_to_says_how_it_went(
    shop: Chart, values: dict[str, object], said: str
) -> None:
    case = Case("it", inline=values, expected_failure="nobody")
    with pytest.raises(ChartproofError, match=said):
        CaseWriter(shop).rendered(case, for_later=False)


def test_the_schema_is_asked_unless_it_has_been(tmp_path: Path) -> None:
    refusing = '{"properties": {"user": {"type": "integer"}}}'
    files = {"templates/secret.yaml": SECRET, "values.schema.json": refusing}
    writer = ChartWriter(write_chart(tmp_path, files))
    with pytest.raises(ChartproofError, match="got string, want integer"):
        writer.texts(GIVEN)
    assert list(writer.texts(GIVEN, is_accepted=True)) == ["login-secret.yaml"]


def test_whether_a_case_is_repeatable_is_found_out_for_later_alone(shop: Chart) -> None:
    assert repeatable(CaseWriter(shop), GIVEN) == [True]
    assert repeatable(CaseWriter(shop), GIVEN, for_later=False) == [False]


def test_after_three_random_cases_in_a_row_no_other_is_looked_at(shop: Chart) -> None:
    two = [RANDOM, RANDOM, GIVEN]
    assert repeatable(CaseWriter(shop), *two, *two) == 2 * [False, False, True]
    assert repeatable(CaseWriter(shop), RANDOM, *two) == 4 * [False]


def test_values_and_options_are_those_of_the_release(shop: Chart) -> None:
    texts = ChartWriter(shop).texts(GIVEN, RenderOptions(namespace="data", release="ours"))
    assert list(texts) == ["login-secret.yaml"]
    text = texts["login-secret.yaml"].text
    assert "  name: ours-login\n" in text
    assert "  user: anna\n" in text


def test_only_what_helm_installs_and_is_an_object_has_a_snapshot(tmp_path: Path) -> None:
    job = "{apiVersion: batch/v1, kind: Job, metadata: {name: NAME, annotations: {HOOK}}}\n"
    files = {
        "templates/hook.yaml": job.replace("NAME", "known").replace("HOOK", "helm.sh/hook: test"),
        "templates/other.yaml": job.replace("NAME", "other").replace("HOOK", "helm.sh/hook: never"),
        "templates/list.yaml": "{apiVersion: v1, kind: List, items: [{}, {kind: Job}]}\n",
    }
    assert sorted(ChartWriter(write_chart(tmp_path, files)).texts()) == [
        "job.yaml",
        "known-job.yaml",
    ]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of the templates whose output is parsed."""
    sources: list[str] = []

    def noted(source: str, *rest: object) -> Iterator[Manifest]:
        sources.append(source.rpartition("/")[2])
        return documents(source, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(chart_writer, "documents", noted)
    return sources


@pytest.fixture
def three(tmp_path: Path) -> ChartWriter:
    """Give the writer of a chart whose three templates write the same each time but for one."""
    template = "{apiVersion: v1, kind: Secret, metadata: {name: NAME}}"
    files = {f"templates/{name}.yaml": template.replace("NAME", name) for name in "ab"}
    files["templates/c.yaml"] = template.replace("NAME", "{{ .Values.name }}")
    return ChartWriter(write_chart(tmp_path, files))


def test_output_that_comes_again_is_not_parsed_again(three: ChartWriter, read: list[str]) -> None:
    first = three.texts({"name": "one"})
    assert read == ["a.yaml", "b.yaml", "c.yaml"]
    assert three.texts({"name": "two"}).keys() == {
        *("a-secret.yaml", "b-secret.yaml", "two-secret.yaml")
    }
    assert three.texts({"name": "one"}) == first
    assert read[3:] == ["c.yaml"]


def test_output_is_forgotten_before_it_takes_more_memory_than_it_may(
    three: ChartWriter, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len("{apiVersion: v1, kind: Secret, metadata: {name: a}}")
    monkeypatch.setattr(chart_writer, "MEMORY", 2 * size)
    for _ in range(2):
        three.texts({"name": "c"})
    assert read == ["a.yaml", "b.yaml", "c.yaml", "a.yaml", "b.yaml", "c.yaml"]
    assert len(three._known) == 2
