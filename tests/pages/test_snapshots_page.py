"""Each command of docs/snapshots.md works in a project that is set up as the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chartproof.scaffold import create
from tests.pages.commands import ROOT, commands
from tests.pages.guide import follow

PAGE = ROOT / "docs/snapshots.md"
COMMANDS = sorted({it.text for it in commands([PAGE])})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project that was begun by `chartproof new`, with the settings of the page."""
    folder = tmp_path / "shop"
    create(folder)
    (folder / "pytest.ini").unlink()
    (settings,) = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    (folder / "pyproject.toml").write_text(settings)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_finds_all_as_approved(project: Path, command: str) -> None:
    typed = command.replace("<case>", "default")
    (outcome,) = follow(f"```console\n$ {typed}\n```\n", project, "")
    assert outcome.code == 0, outcome.printed
    assert re.search(r"\d+ passed|as approved", outcome.printed), outcome.printed


def test_there_are_commands_to_try() -> None:
    assert len(COMMANDS) == 8
    assert {it.split()[0] for it in COMMANDS} == {"pytest", "chartproof"}
