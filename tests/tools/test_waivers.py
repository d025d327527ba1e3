"""Waivers set aside what they are about and nothing else, and are told when they have no use."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.errors import InputError
from chartproof.findings import Finding, Severity
from chartproof.lint import judge
from chartproof.waivers import Judged, Waived, Waiver, apply, check_rules, stale
from tests.support.charts import CHARTS

KEY = "reference-names-a-key"
IMAGE = Finding(
    "no such key",
    rule=KEY,
    template="chart/templates/web.yaml",
    object="Deployment/demo-web",
    field="spec.containers[web].env[TOKEN]",
    cases=("defaults", "ha"),
)
FILE = Path("chart/chartproof.yaml")


def waiver(**patterns: Any) -> Waiver:
    return Waiver(KEY, "known", **patterns)


@pytest.mark.parametrize(
    "patterns",
    [
        {},
        {"object": "Deployment/demo-web"},
        {"object": "Deployment/*"},
        {"object": "*/demo-we?"},
        {"field": "spec.containers[web].env[TOKEN]"},
        {"field": "spec.containers[*].env[*]"},
        {"object": "Deployment/*", "field": "spec.*", "case": "*"},
    ],
    ids=str,
)
def test_a_waiver_is_about_what_all_its_patterns_fit(patterns: dict[str, str]) -> None:
    judged = apply([IMAGE], [waiver(**patterns)])
    assert judged == Judged([], [Waived(IMAGE, "known")], [])


@pytest.mark.parametrize(
    "patterns",
    [
        {"object": "Deployment/demo"},
        {"object": "deployment/demo-web"},
        {"field": "spec.containers[w]*"},
        {"field": "env[TOKEN]"},
        {"case": "tls"},
        {"object": "Deployment/*", "field": "metadata.*"},
    ],
    ids=str,
)
def test_a_waiver_with_a_pattern_that_does_not_fit_is_unused(patterns: dict[str, str]) -> None:
    one = waiver(**patterns)
    assert apply([IMAGE], [one]) == Judged([IMAGE], [], [one])


def test_a_waiver_of_another_rule_is_unused() -> None:
    other = Waiver("value-is-read", "known")
    assert apply([IMAGE], [other]) == Judged([IMAGE], [], [other])


def test_a_finding_waived_in_one_case_stays_for_the_others() -> None:
    (kept,), (waived,), unused = apply([IMAGE], [waiver(case="ha")])
    assert (kept.cases, kept.message) == (("defaults",), IMAGE.message)
    assert (waived.finding.cases, waived.reason) == (("ha",), "known")
    assert unused == []


def test_two_waivers_can_share_the_cases_of_a_finding() -> None:
    one, other = waiver(case="ha"), Waiver(KEY, "see above", case="def*")
    judged = apply([IMAGE], [one, other])
    assert judged.kept == []
    assert [(it.finding.cases, it.reason) for it in judged.waived] == [
        (("ha",), "known"),
        (("defaults",), "see above"),
    ]


def test_a_waiver_that_an_earlier_one_leaves_nothing_is_no_typo() -> None:
    judged = apply([IMAGE], [waiver(), waiver(object="Deployment/*")])
    assert len(judged.waived) == 1
    assert judged.unused == []


def test_a_waiver_of_a_rule_that_nobody_knows_is_refused_with_the_nearest_one() -> None:
    typo = Waiver("reference-name-a-key", "known", line=4)
    with pytest.raises(InputError) as caught:
        check_rules([waiver(), typo], [KEY, "value-is-read"], FILE)
    assert str(caught.value) == (
        f"{FILE}:4: no rule 'reference-name-a-key', did you mean reference-names-a-key?"
    )


@pytest.mark.parametrize(
    ("unused", "said", "meant"),
    [
        (
            Waiver("value-is-read", "known", object="Pod/*", line=3),
            "the waiver has no use: value-is-read finds nothing any more",
            None,
        ),
        (
            waiver(object="Deployment/demo-wbe", case="ha"),
            f"the waiver has no use: {KEY} finds nothing with object Deployment/demo-wbe, case ha",
            "Deployment/demo-web",
        ),
        (
            waiver(object="Deployment/demo-web", field="spec.containers[web].env[TOKNE]"),
            f"the waiver has no use: {KEY} finds nothing with object Deployment/demo-web, "
            "field spec.containers[web].env[TOKNE]",
            "spec.containers[web].env[TOKEN]",
        ),
        (
            waiver(case="default"),
            f"the waiver has no use: {KEY} finds nothing with case default",
            "defaults",
        ),
    ],
    ids=["rule", "object", "field", "case"],
)
def test_an_unused_waiver_is_told_with_what_may_be_meant(
    unused: Waiver, said: str, meant: str | None
) -> None:
    (found,) = stale([unused], [IMAGE], FILE)
    assert (found.rule, found.severity) == ("waiver-is-used", Severity.WARNING)
    assert (found.template, found.line) == (str(FILE), unused.line)
    assert (found.message, found.hint) == (said, meant)


def test_nothing_is_said_of_a_waiver_whose_rule_has_left_something_out() -> None:
    reservation = Finding("left out 3 for the time they take", Severity.NOTE, rule=KEY)
    assert list(stale([waiver(case="tls")], [IMAGE, reservation], FILE)) == []


# Of a whole chart


@pytest.fixture
def waiving(tmp_path: Path) -> Callable[[str], Chart]:
    """Give a function that loads a chart with faults and with what it waives."""
    folder = shutil.copytree(CHARTS / "rules" / KEY / "bad", tmp_path / "chart")

    def waiving(waivers: str) -> Chart:
        (folder / "chartproof.yaml").write_text(f"waivers:\n{waivers}")
        return Chart.load(folder)

    return waiving


def test_lint_sets_aside_what_the_chart_waives(waiving: Callable[[str], Chart]) -> None:
    chart = waiving(f"- {{rule: {KEY}, object: Pod/*, reason: made by hand}}\n")
    judged = judge(chart, [Case("defaults")])
    waived = {finding.object for finding, _ in judged.waived}
    assert {reason for _, reason in judged.waived} == {"made by hand"}
    assert waived == {"Pod/release-name-environment", "Pod/release-name-volumes"}
    kept = {finding.object for finding in judged.kept if finding.rule == KEY}
    assert not kept & waived
    assert "Ingress/release-name" in kept


def test_lint_tells_a_waiver_without_use_where_every_case_is_tried(
    waiving: Callable[[str], Chart],
) -> None:
    chart = waiving(
        f"- {{rule: {KEY}, reason: all}}\n- {{rule: yaml-key-is-unique, reason: old}}\n"
    )
    for is_whole in (True, False):
        judged = judge(chart, [Case("defaults")], is_whole=is_whole)
        found = [finding for finding in judged.kept if finding.rule == "waiver-is-used"]
        assert [finding.line for finding in found] == [3] * is_whole
        assert [waiver.reason for waiver in judged.unused] == ["old"]


def test_findings_with_waivers_are_in_the_order_of_all_findings(
    waiving: Callable[[str], Chart],
) -> None:
    chart = waiving("- {rule: yaml-key-is-unique, reason: old}\n")
    judged = judge(chart, [Case("defaults")])
    weights = [list(Severity).index(finding.severity) for finding in judged.kept]
    assert weights == sorted(weights)
    assert set(weights) == {0, 1, 2}


def test_lint_refuses_a_waiver_of_an_unknown_rule(waiving: Callable[[str], Chart]) -> None:
    chart = waiving("- {rule: helm-lnt, reason: no icon}\n")
    with pytest.raises(InputError, match=r"chartproof\.yaml:2: .*did you mean helm-lint\?$"):
        judge(chart, [Case("defaults")])


def test_what_helm_says_can_be_waived(waiving: Callable[[str], Chart]) -> None:
    chart = waiving("- {rule: helm-lint, reason: no icon}\n")
    judged = judge(chart, [Case("defaults")])
    assert {finding.rule for finding, _ in judged.waived} == {"helm-lint"}
    assert "helm-lint" not in {finding.rule for finding in judged.kept}


def test_the_command_passes_where_every_error_is_waived(
    waiving: Callable[[str], Chart], capsys: pytest.CaptureFixture[str]
) -> None:
    from chartproof.cli import app

    chart = waiving(f"- {{rule: {KEY}, reason: made by hand}}\n")
    found = judge(chart, [Case("defaults")])
    others = {finding.rule for finding in found.kept if finding.severity is Severity.ERROR}
    more = "".join(f"- {{rule: {rule}, reason: not today}}\n" for rule in sorted(others))
    chart = waiving(f"- {{rule: {KEY}, reason: made by hand}}\n{more}")
    assert app(["lint", str(chart.path)], standalone_mode=False) in (0, None)
    out = capsys.readouterr().out
    assert f"[{KEY}]" not in out
    assert " waived in 1 case: defaults\n" in out
    app(["lint", str(chart.path), "--output", "json"], standalone_mode=False)
    reasons = {one["waived"] for one in json.loads(capsys.readouterr().out)}
    assert {None, "made by hand"} <= reasons
