"""The snapshot test of one chart, for people who have no pytest of their own."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from chartproof.errors import InputError
from chartproof.project.file import case_of
from chartproof.snapshot import settings

_EXIT: Mapping[int, int] = {pytest.ExitCode.OK: 0, pytest.ExitCode.TESTS_FAILED: 1}


def run(
    folder: Path,
    cases: Sequence[str] = (),
    *,
    update: bool = False,
    snapshots: str | None = None,
    workers: str | None = None,
) -> int:
    """Run pytest on the cases of the chart in `folder`, all or those named; return an exit code.

    Settings of a pytest.ini or pyproject.toml around the current folder hold too. Raises
    InputError.
    """
    words = [*_nodes(folder, cases), f"--override-ini={settings.CHARTS}={_quoted(folder)}"]
    if snapshots:
        words.append(f"--override-ini={settings.SNAPSHOTS}={Path(snapshots).absolute()}")
    if update:
        words.append("--snapshot-update")
    if workers:
        words.append(f"--numprocesses={workers}")
    # In a process of its own: pytest warns of what is imported before it, as chartproof is here.
    ended = subprocess.run([sys.executable, "-m", "pytest", *words], check=False)
    return _EXIT.get(ended.returncode, 2)


def _nodes(folder: Path, names: Sequence[str]) -> Iterator[str]:
    """Name what pytest is to collect."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such chart folder")
    for name in names:
        case = case_of(folder, name)
        yield f"{case.home}::{settings.test_name(case)}"
    if not names:
        try:
            yield from map(str, settings.case_paths(folder))
        except pytest.UsageError as error:
            raise InputError(str(error)) from error


def _quoted(path: Path) -> str:
    """Write a path as a list of one in an ini file."""
    return shlex.quote(str(path.absolute()))
