"""docs/new.md is followed to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages.guide import follow
from tests.support.tools import HELM4

PAGE = Path(__file__).parents[2] / "docs" / "new.md"


@pytest.mark.needs("helm4")
def test_the_page_leads_where_it_says(tmp_path: Path) -> None:
    outcomes = list(follow(PAGE.read_text(), tmp_path, str(HELM4.path().parent)))
    for outcome in outcomes:
        assert not outcome.missing, f"$ {outcome.command.words}\n{outcome.printed}"
    assert len(outcomes) == 11
