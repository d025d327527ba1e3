"""`chartproof` as it is typed: the program, or the same within a test's process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from chartproof import cli

CHARTPROOF = Path(sys.executable).with_name("chartproof")


class Ended(NamedTuple):
    """How a command ended and what it printed."""

    code: object
    out: str
    err: str


Run = Callable[..., Ended]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *first: str) -> Run:
    """Return a function that runs `chartproof`, the `first` words before those it is given."""

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["chartproof", *first, *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Ended(ended.value.code, *capsys.readouterr())

    return run
