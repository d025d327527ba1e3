"""docs/faults.md names exactly the faults that are tried."""

from __future__ import annotations

import subprocess
import sys

from tests.apps.faults import page


def test_each_test_of_a_fault_has_its_line_and_no_line_is_of_another() -> None:
    collect = ("-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider")
    collected = subprocess.run(
        [sys.executable, *collect, page.FOLDER],
        cwd=page.PAGE.parents[1],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    tests = [line for line in collected.splitlines() if "::" in line]
    assert tests
    text = page.PAGE.read_text("utf-8")
    assert list(page.rows(text)) == [page.sentence(test) for test in tests]
    assert text.startswith(page.HEAD)
    assert text.endswith(page.FOOT)


def test_a_line_has_the_sentence_and_the_figures_of_its_test() -> None:
    figures = {
        "sent": 12345,
        "confirmed": 12000,
        "handled": 12345,
        "duplicates": 7,
        "recovery_s": None,
    }
    text = page.page({"tests/apps/faults/test_queue.py::test_a_queue_goes[both_ways]": figures})
    assert "| a queue goes (both ways) | 12,345 | 12,000 | 12,345 | 7 |  |\n" in text
    assert list(page.rows(text)) == ["a queue goes (both ways)"]
