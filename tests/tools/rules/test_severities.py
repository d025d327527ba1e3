"""Rules are as severe as they say: reports and docs/rules.md tell it before anything is found."""

from __future__ import annotations

import pytest

from chartproof.rules import RULES
from tests.support.findings import found


@pytest.mark.parametrize("rule", RULES)
def test_findings_are_as_severe_as_the_rule_declares(rule: str) -> None:
    shown = {one.severity for name in ("bad", "good") for one in found(rule, f"{rule}/{name}")}
    assert shown <= set(RULES[rule].severities)
    assert RULES[rule].severities[0] in shown
