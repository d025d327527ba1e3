"""Whatever id a finding has, there is a text that explains it."""

from __future__ import annotations

import pytest
import typer

from chartproof.cases import Case
from chartproof.cli import explain
from chartproof.explanations import EXPLAINED
from chartproof.lint import lint
from chartproof.rules import RULES, Documented
from tests.support.charts import chart


@pytest.mark.parametrize("one", EXPLAINED.values(), ids=lambda one: one.id)
def test_an_explanation_is_a_sentence_and_then_more(one: Documented) -> None:
    sentence, _, more = one.documentation.partition("\n\n")
    assert sentence.endswith(".")
    assert more
    assert list(one.severities) == sorted(one.severities, key=["error", "warning", "note"].index)


def test_what_lint_finds_besides_its_rules_is_explained_too() -> None:
    cases = [
        Case("nil", sets=("fault=nil",)),
        Case("refused", sets=("fault=fail",)),
        Case("other", sets=("fault=nil",), expected_failure="no way"),
    ]
    found = {finding.rule for finding in lint(chart("failing-templates"), cases)} - RULES.keys()
    assert found == {
        *("templates-render", "values-are-accepted", "case-fails-as-expected", "helm-lint")
    }
    assert found <= EXPLAINED.keys()


def test_every_id_can_be_explained_at_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    for one in EXPLAINED.values():
        with pytest.raises(typer.Exit):
            explain(one.id)
        assert capsys.readouterr().out == f"{one.id}\n\n{one.documentation}\n"
