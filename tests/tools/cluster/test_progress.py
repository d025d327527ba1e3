"""Progress: what is shown where nobody watches live, and what is kept for the end."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from rich.console import Console

from chartproof.cluster import progress as module
from chartproof.cluster.progress import Progress, Timing, timing_table


def shown(progress: Progress) -> list[str]:
    """Return the lines printed so far."""
    assert isinstance(progress.console.file, io.StringIO)
    return progress.console.file.getvalue().splitlines()


def test_a_stage_says_when_it_begins_and_how_long_it_took(progress: Progress) -> None:
    with progress.stage("build"):
        assert shown(progress) == ["  build ..."]
    assert shown(progress)[1].startswith("✓ build: 0.")
    assert [timing.stage for timing in progress.timings] == ["build"]


def test_a_stage_that_fails_is_told_and_keeps_its_error(progress: Progress) -> None:
    with pytest.raises(ValueError, match="no disk"), progress.stage("build"):
        raise ValueError("no disk")
    assert shown(progress)[1].startswith("✗ build: stopped after 0.")
    assert progress.timings == []


def test_stages_may_run_side_by_side(progress: Progress) -> None:
    def work(name: str) -> None:
        with progress.stage(name):
            pass

    with ThreadPoolExecutor() as pool:
        list(pool.map(work, ["one", "two", "three"]))
    assert {timing.stage for timing in progress.timings} == {"one", "two", "three"}


def test_a_detail_is_printed_once_and_not_too_often(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress.stage("install") as stage:
        for text in ("0 of 3", "0 of 3", "1 of 3"):
            stage.detail(text)
        monkeypatch.setattr(module, "PLAIN_EVERY_S", 0)
        stage.detail("2 of 3")
    assert shown(progress)[1:3] == ["  install: 0 of 3", "  install: 2 of 3"]


def test_brackets_are_shown_as_they_are(progress: Progress) -> None:
    with progress.stage("build [node]") as stage:
        stage.detail("[bold]")
    progress.note("[red]")
    lines = shown(progress)
    assert lines[0] == "  build [node] ..."
    assert lines[1] == "  build [node]: [bold]"
    assert lines[2].startswith("✓ build [node]: ")
    assert lines[3] == "[red]"


def test_a_terminal_sees_each_finished_stage_once() -> None:
    screen = io.StringIO()
    live = Progress(Console(file=screen, force_terminal=True, width=80))
    for name in ("one", "two"):
        with live.stage(name) as stage:
            stage.detail("under way")
    assert screen.getvalue().count("✓") == 2
    assert "under way" in screen.getvalue()


def test_the_times_end_in_a_total() -> None:
    text = io.StringIO()
    table = timing_table([Timing("build", 12.34), Timing("install", 5)], total_s=15.5)
    Console(file=text, width=40).print(table)
    rows = [line.split() for line in text.getvalue().splitlines()]
    assert rows == [["build", "12.3", "s"], ["install", "5.0", "s"], ["total", "15.5", "s"]]
