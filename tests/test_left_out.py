"""The list of what a machine could not run, at the end of all that `make test` runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import left_out

REASON = ("test_up.py", 7, "Skipped: cluster: it needs root")


def skipped(nodeid: str, reason: str | tuple[str, int, str]) -> pytest.TestReport:
    return pytest.TestReport(nodeid, ("", 0, ""), {}, "skipped", reason, "setup")


def test_each_test_that_is_left_out_has_a_line_with_the_reason() -> None:
    reports = [skipped("test_up.py::test_up", REASON), skipped("test_a.py::test_a", "no broker")]
    assert left_out.lines(reports) == [
        "test_up.py::test_up: Skipped: cluster: it needs root",
        "test_a.py::test_a: no broker",
    ]


def test_a_run_tells_of_its_own_where_there_is_no_other() -> None:
    assert left_out.after_earlier(["one"]) == ["one"]


def test_the_second_run_tells_of_the_first_ones_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(left_out.NOTED, str(tmp_path / "noted"))
    assert left_out.after_earlier(["one"]) == ["one"]
    assert left_out.after_earlier(["two", "three"]) == ["one", "two", "three"]
    assert left_out.after_earlier([]) == ["one", "two", "three"]
