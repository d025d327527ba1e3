"""What docs/diff.md types is typed, and its table knows every change there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pages.guide import follow
from tests.tools.diff.planted import names, planted

PAGE = (Path(__file__).parents[2] / "docs" / "diff.md").read_text("utf-8")


def test_the_page_leads_where_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Author")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "author@example.com")
    outcomes = list(follow(PAGE, tmp_path, ""))
    assert len(outcomes) == 8
    for outcome in outcomes:
        assert not outcome.missing, f"$ {outcome.command.words}\n{outcome.printed}"


def test_the_table_has_every_change_of_the_planted_upgrades_and_its_steps(tmp_path: Path) -> None:
    steps: dict[str, set[str]] = {}
    for name in names():
        for change in planted(name).judged(tmp_path / name).changes:
            steps.setdefault(change.rule, set()).add(str(change.level))
    rows = re.findall(r"^\| (`[a-z`, -]+`) \| (.+) \|$", PAGE, re.MULTILINE)
    told = {rule: text for cell, text in rows for rule in re.findall(r"`([a-z-]+)`", cell)}
    assert steps.keys() == told.keys()
    for rule, found in steps.items():
        # A step by kind, tag or version can be any.
        if not re.match(r"(minor, or )?by ", told[rule]):
            assert all(step in told[rule] for step in found), (rule, found)
