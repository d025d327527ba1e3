"""docs/rules.md says what the rules say, and its examples are true."""

from __future__ import annotations

import pytest

from chartproof.findings import Severity
from chartproof.rules import RULES
from tests.pages.examples import Example, examples
from tests.pages.rules import PAGE, page

EXAMPLES = examples()


def test_every_rule_has_an_example_and_nothing_else_has() -> None:
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda example: example.rule)
def test_an_example_has_one_fault_and_its_change_mends_it(example: Example) -> None:
    assert sum(text.count(example.was) for text in example.files.values()) == 1
    (finding,) = example.findings()
    assert finding.severity in RULES[example.rule].severities
    worse = [it for it in example.findings_once_mended() if it.severity is not Severity.NOTE]
    assert worse == []


def test_the_page_is_what_make_docs_makes() -> None:
    assert PAGE.read_text() == page(), "run: make docs"
