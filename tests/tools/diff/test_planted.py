"""Each planted upgrade gets the right verdict, in the right words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.diff.planted import names, planted, text_of


@pytest.mark.parametrize("name", names())
def test_the_verdict_is_right_and_says_so(name: str, tmp_path: Path) -> None:
    upgrade = planted(name)
    verdict = upgrade.judged(tmp_path)
    assert text_of(verdict) == upgrade.says
    assert str(verdict.level) == upgrade.level


@pytest.mark.parametrize("name", names())
def test_no_change_is_found_between_a_chart_and_itself(name: str, tmp_path: Path) -> None:
    upgrade = planted(name)
    same = type(upgrade)(name, upgrade.old, upgrade.old, "none", "")
    verdict = same.judged(tmp_path)
    assert (str(verdict.level), verdict.changes) == ("none", [])
    assert verdict.is_told_by_version
