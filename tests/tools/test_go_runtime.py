"""`chartproof lint` starts anew with settings for Go, and nothing else ever does."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

import pytest

from chartproof import go_runtime

LINT = ["/bin/chartproof", "lint", "chart"]


def restarts(
    monkeypatch: pytest.MonkeyPatch,
    started_as: Sequence[str],
    argv: Sequence[str],
    env: Mapping[str, str],
) -> list[tuple[list[str], Mapping[str, str]]]:
    """Give what the process would be replaced with."""
    calls: list[tuple[list[str], Mapping[str, str]]] = []
    monkeypatch.setattr(sys, "orig_argv", ["python", *started_as])
    monkeypatch.setattr(sys, "argv", list(argv))
    monkeypatch.setattr(os, "environ", dict(env))
    monkeypatch.setattr(os, "execve", lambda _path, words, given: calls.append((words, given)))
    go_runtime.restart("lint")
    return calls


def test_the_same_words_are_run_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    ((words, env),) = restarts(monkeypatch, LINT, LINT, {"HOME": "/home"})
    assert words == [sys.executable, *LINT]
    assert env == {"HOME": "/home", **go_runtime.SELDOM}


@pytest.mark.parametrize(
    ("started_as", "argv", "env"),
    [
        (LINT, LINT, go_runtime.SELDOM),
        (LINT, LINT, {"GOGC": "50"}),
        (["-m", "pytest"], ["/bin/pytest"], {}),
        (["-m", "pytest"], LINT, {}),
        (["/bin/chartproof", "render", "lint"], ["/bin/chartproof", "render", "lint"], {}),
        (["/bin/chartproof"], ["/bin/chartproof"], {}),
    ],
    ids=["started so", "own settings", "pytest", "called by pytest", "another command", "none"],
)
def test_everything_else_goes_on(
    monkeypatch: pytest.MonkeyPatch,
    started_as: Sequence[str],
    argv: Sequence[str],
    env: Mapping[str, str],
) -> None:
    assert restarts(monkeypatch, started_as, argv, env) == []
