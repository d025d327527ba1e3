"""What a run of tests had to leave out on this machine, and why.

`make test` is two runs: NOTED names a file for what the first one left out, which the second tells
of as well, at the end of all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

NOTED = "CHARTPROOF_LEFT_OUT"


def lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    """Return a line for each skipped test: which it is, and why."""
    return [f"{report.nodeid}: {_reason(report)}" for report in reports]


def after_earlier(lines: list[str]) -> list[str]:
    """Note lines down behind those of an earlier run, and return them all."""
    if not (file := os.environ.get(NOTED)):
        return lines
    with Path(file).open("a+", encoding="utf-8") as noted:
        noted.writelines(f"{line}\n" for line in lines)
        noted.seek(0)
        return noted.read().splitlines()


def _reason(report: pytest.TestReport) -> str:
    found = report.longrepr
    return str(found[2] if isinstance(found, tuple) else found)
