"""Cases are rendered in a process of its own, ahead of their turn, and whatever ends it is told."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import pytest

from chartproof.cases import Case
from chartproof.errors import ChartproofError
from chartproof.snapshot.ahead import AHEAD, Ahead
from chartproof.snapshot.renderer import Renderer
from chartproof.snapshot.text import Rendered


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """Make a chart that writes its value `say` into its notes."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("{apiVersion: v2, name: shop, version: 1.0.0}")
    (tmp_path / "templates" / "NOTES.txt").write_text("{{ required `say it` .Values.say }}")
    return tmp_path


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    """Start a renderer, and end it."""
    renderer = Renderer()
    yield renderer
    renderer.close()


def said(future: Future[Rendered]) -> str:
    """Give the notes that were rendered."""
    return future.result(timeout=60).texts["notes.txt"].text


def test_every_answer_goes_to_its_own_case(renderer: Renderer, chart: Path) -> None:
    cases = [Case(str(number), sets=(f"say=n{number}",)) for number in range(50)]
    futures = [renderer.render(chart, case, for_later=False) for case in cases]
    assert [said(future) for future in futures] == [f"n{number}\n" for number in range(50)]


def test_a_failure_is_that_of_its_own_case(renderer: Renderer, chart: Path) -> None:
    failing = renderer.render(chart, Case("none"), for_later=True)
    sound = renderer.render(chart, Case("one", sets=("say=it",)), for_later=True)
    with pytest.raises(ChartproofError, match="say it"):
        failing.result(timeout=60)
    assert said(sound) == "it\n"


def test_a_chart_that_cannot_be_read_fails_every_case(renderer: Renderer, tmp_path: Path) -> None:
    renderer.load(tmp_path)
    for name in ("one", "two"):
        with pytest.raises(ChartproofError, match=r"no Chart\.yaml"):
            renderer.render(tmp_path, Case(name), for_later=False).result(timeout=60)


def test_a_process_that_is_killed_leaves_nobody_waiting(renderer: Renderer, chart: Path) -> None:
    waiting = renderer.render(chart, Case("one", sets=("say=it",)), for_later=False)
    os.kill(renderer._process.pid, signal.SIGKILL)
    renderer._process.wait()
    late = renderer.render(chart, Case("two", sets=("say=it",)), for_later=False)
    for future in (waiting, late):
        with pytest.raises(ChartproofError, match="ended by itself: -9"):
            future.result(timeout=60)


def test_closing_ends_the_process_at_once(chart: Path) -> None:
    renderer = Renderer()
    renderer.render(chart, Case("one", sets=("say=it",)), for_later=False)
    renderer.close()
    assert renderer._process.returncode == -signal.SIGKILL
    assert not renderer._reader.is_alive()


@dataclass(frozen=True)
class Turn:
    """A case in the order of the session."""

    chart: Path
    case: Case
    for_later: bool = False


class Recorder:
    """A renderer that notes down what it is asked for, and answers at once."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def render(self, _chart: Path, case: Case, *, for_later: bool) -> Future[Rendered]:
        self.asked.append(case.name)
        future: Future[Rendered] = Future()
        future.set_result(Rendered({}, is_repeatable=for_later))
        return future


def test_a_few_cases_are_asked_for_ahead_and_each_once(tmp_path: Path) -> None:
    turns = [Turn(tmp_path, Case(str(number))) for number in range(40)]
    recorder = Recorder()
    ahead = Ahead(recorder, iter(turns))  # type: ignore[arg-type]
    ahead.rendered(turns[0])
    assert recorder.asked == [str(number) for number in range(AHEAD)]
    for turn in turns[1:]:
        ahead.rendered(turn)
    assert recorder.asked == [str(number) for number in range(40)]


def test_a_case_out_of_turn_is_rendered_all_the_same(tmp_path: Path) -> None:
    turns = [Turn(tmp_path, Case(str(number))) for number in range(3)]
    recorder = Recorder()
    ahead = Ahead(recorder, iter(turns))  # type: ignore[arg-type]
    for turn in (turns[2], turns[0], turns[2]):
        ahead.rendered(turn)
    assert sorted(recorder.asked) == ["0", "1", "2", "2"]
