"""docs/documenting.md is followed to the letter."""

from __future__ import annotations

from pathlib import Path

from tests.pages.guide import follow

PAGE = Path(__file__).parents[2] / "docs" / "documenting.md"


def test_the_page_leads_where_it_says(tmp_path: Path) -> None:
    outcomes = list(follow(PAGE.read_text(), tmp_path, ""))
    for outcome in outcomes:
        assert not outcome.missing, f"$ {outcome.command.words}\n{outcome.printed}"
    assert len(outcomes) == 9
