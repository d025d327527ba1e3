"""Cases that are rendered in one go get an answer each, and none spoils another's."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.options import RenderOptions
from chartproof.snapshot import render_process
from chartproof.snapshot.ahead import TOGETHER
from chartproof.snapshot.batch import Charts, answers
from chartproof.snapshot.case_writer import CaseWriter
from chartproof.snapshot.render_process import CORES, Workers
from chartproof.snapshot.renderer import Request
from chartproof.snapshot.text import Rendered
from tests.support.inline import write_chart

SCHEMA = '{"properties": {"size": {"type": "integer"}}}'
NOTES = "{{ if eq (toString .Values.size) `13` }}{{ fail `not 13` }}{{ end }}{{ .Values.size }}"


@pytest.fixture
def chart(tmp_path: Path) -> Chart:
    """Give a chart that notes its size, which must be a number and not 13."""
    files = {"templates/NOTES.txt": NOTES, "values.schema.json": SCHEMA, "values.yaml": "size: 1"}
    return write_chart(tmp_path / "chart", files)


def sized(size: object, **how: Any) -> Case:
    """Make a case of a size."""
    return Case(f"of {size}", inline={"size": size}, **how)


def said(chart: Path, cases: Sequence[Case | None], *, for_later: bool = True) -> list[str]:
    """Have cases answered in one go; give the notes of each, or the first line of its error."""
    requests = [(number, chart, case, for_later) for number, case in enumerate(cases)]
    told = dict(answers(Charts(), requests))
    assert list(told) == list(range(len(cases)))
    return [
        it.texts["notes.txt"].text.strip()
        if isinstance(it, Rendered) and it.texts
        else str(it).partition("\n")[0]
        for it in told.values()
    ]


def test_every_case_has_its_own_answer(chart: Chart) -> None:
    assert said(chart.path, [sized(2), sized(3), sized(4)]) == ["2", "3", "4"]


def test_a_case_that_fails_spoils_no_other(chart: Chart, tmp_path: Path) -> None:
    refused, failing = sized("much"), sized(13)
    to_fail = sized(13, expected_failure="not 13")
    unread = Case("unread", files=(tmp_path / "none.yaml",))
    cases = [sized(2), refused, failing, to_fail, unread, sized(3)]
    two, refusal, failure, nothing, missing, three = said(chart.path, cases)
    assert (two, three) == ("2", "3")
    assert refusal == "values at size: got string, want integer"
    assert "not 13" in failure
    assert nothing == "Rendered(texts={}, is_repeatable=False)"
    assert "none.yaml" in missing


def test_a_request_without_a_case_loads_the_chart(chart: Chart, tmp_path: Path) -> None:
    assert said(chart.path, [None, sized(2)]) == ["None", "2"]
    assert said(tmp_path / "nowhere", [None]) == [f"{tmp_path / 'nowhere'}: no such chart folder"]


def test_a_fault_of_this_program_is_told_with_the_place_it_is_in(
    chart: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("ours")

    for method in ("begun", "rendered"):
        with monkeypatch.context() as patch:
            patch.setattr(CaseWriter, method, broken)
            ((_, error),) = answers(Charts(), [(0, chart.path, sized(2), True)])
            assert isinstance(error, RuntimeError)
            assert "in broken" in str(error)
            assert "ZeroDivisionError: ours" in str(error)


def test_cases_are_rendered_together_that_the_schema_accepts(chart: Chart) -> None:
    begun = CaseWriter(chart).begun([sized(2), sized(3)], for_later=True)
    assert [it.is_accepted for it in begun] == [True, True]
    assert [it.written for it in begun] == [{"shop/templates/NOTES.txt": it} for it in ("2", "3")]
    begun = CaseWriter(chart).begun([sized(2), sized("much")], for_later=True)
    assert [tuple(it) for it in begun] == [(False, None)] * 2


def test_what_is_rendered_together_is_known_for_later_where_nothing_is_random(chart: Chart) -> None:
    writer = CaseWriter(chart)
    cases = [sized(2), sized(3)]
    begun = writer.begun(cases, for_later=True)
    for case, own in zip(cases, begun, strict=True):
        assert writer.rendered(case, own, for_later=True).is_repeatable
        assert not writer.rendered(case, own, for_later=False).is_repeatable


def test_a_case_that_is_to_fail_is_not_rendered_with_others(chart: Chart) -> None:
    to_fail = sized(13, expected_failure="not 13")
    begun = CaseWriter(chart).begun([sized(2), to_fail, sized(3)], for_later=True)
    assert [it.written is None for it in begun] == [False, True, False]


def test_a_chart_is_loaded_once_for_all_batches(
    chart: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Path] = []

    def load(path: Path) -> Chart:
        loaded.append(path)
        return chart

    monkeypatch.setattr(Chart, "load", load)
    charts = Charts()
    for number in range(3):
        assert len(list(answers(charts, [(number, chart.path, sized(2), True)]))) == 1
    assert loaded == [chart.path]


def test_a_chart_that_may_be_random_is_rendered_together_only_once_its_twin_is_not(
    tmp_path: Path,
) -> None:
    chart = write_chart(
        tmp_path, {"templates/NOTES.txt": "{{ .Values.a | default (randInt 1 9) }}"}
    )
    given, bare = Case("given", inline={"a": 0.5}), Case("bare")
    writer = CaseWriter(chart)
    assert [it.written for it in writer.begun([given, given], for_later=True)] == [None, None]
    together = writer.begun([given, given], for_later=False)
    assert all(it.written for it in together)
    # What the chart itself has written proves nothing for later.
    assert not writer.rendered(given, together[0], for_later=True).is_repeatable
    assert writer.rendered(given, for_later=True).is_repeatable
    for _ in range(3):
        writer.rendered(bare, for_later=True)
    assert all(it.written for it in writer.begun([given, given], for_later=True))


def test_options_that_helm_refuses_are_refused_together_as_alone(chart: Chart) -> None:
    bad = sized(3, options=RenderOptions(release="Not A Name"))
    two, refusal = said(chart.path, [sized(2), bad])
    assert two == "2"
    assert "Not A Name" in refusal


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    """Give workers that nobody has started yet."""
    monkeypatch.setattr(threading.Thread, "start", lambda _: None)
    return Workers(io.BytesIO())


def request(number: int) -> Request:
    """Make a request of a number."""
    return number, Path("chart"), Case(str(number)), True


def test_a_worker_takes_few_requests_at_first_and_never_too_many(workers: Workers) -> None:
    for number in range(40):
        workers.waiting.put(request(number))
    assert [len(workers._taken()) for _ in range(5)] == [2, 3, 5, TOGETHER, TOGETHER]
    assert [number for number, *_ in workers._taken()] == list(range(26, 34))
    assert [len(workers._taken()) for _ in range(1)] == [6]


def test_there_are_more_workers_where_cases_take_long(
    chart: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = io.BytesIO()
    for slow_s, count in ((60.0, 1), (0.0, CORES)):
        monkeypatch.setattr(render_process, "SLOW_S", slow_s)
        workers = Workers(answered)
        for number in range(40):
            workers.waiting.put((number, chart.path, sized(2), True))
        deadline = threading.Event()
        while workers.waiting.qsize() and not deadline.wait(0.01):
            pass
        assert workers._count == count
