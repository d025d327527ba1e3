"""The tests of rules notice a broken check; `make mutate-rules` breaks them in more ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from chartproof.findings import Finding
from chartproof.rules import RULES
from tests.tools.rules import test_rules


def nothing(_: object) -> Iterator[Finding]:
    """Find nothing, as a check does whose condition never holds."""
    yield from ()


def always(_: object) -> Iterator[Finding]:
    """Find something whatever there is, as a check does whose condition always holds."""
    yield Finding("it is always wrong")


@pytest.mark.parametrize("broken", [nothing, always], ids=["finds nothing", "finds always"])
@pytest.mark.parametrize("rule", RULES)
def test_a_broken_check_fails_the_test_of_its_bad_or_its_good_chart(
    rule: str, broken: Callable[[object], Iterator[Finding]], monkeypatch: pytest.MonkeyPatch
) -> None:
    its_test = test_rules.test_a_rule_has_a_bad_and_a_good_chart_and_a_documentation
    its_test(rule)
    monkeypatch.setitem(RULES, rule, replace(RULES[rule], check=broken, check_chart=broken))
    with pytest.raises(AssertionError):
        its_test(rule)
