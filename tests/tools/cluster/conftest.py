"""What the tests of the engines share."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from chartproof.cluster.progress import Progress
from tests.tools.cluster.standins import StandIns


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("CHARTPROOF_CACHE", str(folder))
    return folder


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """Give a PATH with nothing on it but stand-ins."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return StandIns(folder)


@pytest.fixture
def progress() -> Progress:
    """Give a progress that writes to memory: `progress.console.file`."""
    return Progress(Console(file=io.StringIO(), width=120))
