"""Every check of a chart, over every case: Helm's own, the schema, and the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from chartproof import helm_lint
from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.explanations import (
    CASE_FAILS_AS_EXPECTED,
    EXPLAINED,
    HELM_LINT,
    TEMPLATES_RENDER,
    VALUES_ARE_ACCEPTED,
)
from chartproof.findings import Finding, Severity, sort_key
from chartproof.manifest import ManifestError
from chartproof.project import FILE
from chartproof.render import TemplateError, ValuesError, render
from chartproof.rules import RULES
from chartproof.study import Study, side_by_side
from chartproof.waivers import Judged, apply, check_rules, stale

_HELM_SEVERITIES = {1: Severity.NOTE, 2: Severity.WARNING, 3: Severity.ERROR}


def judge(
    chart: Chart, cases: Sequence[Case], *, deep: bool = False, is_whole: bool = True
) -> Judged:
    """Lint, and set aside what the chart's chartproof.yaml waives.

    Where the cases are all the chart has, `is_whole`, a waiver that is about no finding is one
    itself. Raises InputError, also for a waiver of a rule that there is not.
    """
    file = chart.path / FILE
    waivers = chart.project.waivers
    check_rules(waivers, EXPLAINED, file)
    findings = lint(chart, cases, deep=deep)
    judged = apply(findings, waivers)
    if not is_whole:
        return judged
    kept = [*judged.kept, *stale(judged.unused, findings, file)]
    return judged._replace(kept=sorted(kept, key=sort_key))


def lint(chart: Chart, cases: Sequence[Case], *, deep: bool = False) -> list[Finding]:
    """Check the chart with each case; what several cases show is one finding with their names.

    `deep` lets the experiments with values take as long as they need. Raises InputError for
    options and files that cannot be.
    """
    shown: dict[Finding, list[str]] = {}
    files: dict[str, Mapping[str, str]] = {}
    for case, found in zip(cases, _findings(chart, cases, files), strict=True):
        for finding in dict.fromkeys(found):
            shown.setdefault(finding, []).append(case.name)
    findings = [replace(finding, cases=tuple(names)) for finding, names in shown.items()]
    findings = [_weighed(finding, cases) for finding in findings]
    rendering = [case for case in cases if case.expected_failure is None]
    findings += _of_chart(Study(chart, rendering, deep, files))
    return sorted(findings, key=sort_key)


def _weighed(finding: Finding, cases: Sequence[Case]) -> Finding:
    """Note only that a chart refuses to be installed without values, where its cases give them."""
    bare = [case.name for case in cases if not (case.files or case.sets)]
    is_of_bare = finding.rule == VALUES_ARE_ACCEPTED.id and set(finding.cases) <= set(bare)
    return replace(finding, severity=Severity.NOTE) if is_of_bare and len(cases) > 1 else finding


def _of_chart(study: Study) -> Iterator[Finding]:
    """Check the chart as a whole; what no case shows alone is true in all of them."""
    everywhere = tuple(case.name for case in study.cases)
    for rule in RULES.values():
        for finding in rule.findings_of_chart(study):
            yield replace(finding, cases=finding.cases or everywhere)


def _findings(
    chart: Chart, cases: Sequence[Case], files: MutableMapping[str, Mapping[str, str]]
) -> list[list[Finding]]:
    """Check every case by itself. What it renders is kept in `files`."""
    seen = side_by_side(lambda case: _seen(chart, case, files), cases)
    asked = [index for index, case in enumerate(cases) if case.expected_failure is None]
    told = helm_lint.lint(
        chart, [cases[it] for it in asked], [seen[it].failure is not None for it in asked]
    )
    for index, messages in zip(asked, told, strict=True):
        has_failed = seen[index].failure is not None
        seen[index].findings.extend(_of_helm(chart, messages, has_failed=has_failed))
    return [it.findings for it in seen]


class _Seen(NamedTuple):
    """What a case shows, and how it fails, if it does."""

    findings: list[Finding]
    failure: Finding | None


def _seen(chart: Chart, case: Case, files: MutableMapping[str, Mapping[str, str]]) -> _Seen:
    """Render a case: the rules need that, so that a render that fails stands for them."""
    failure = None
    try:
        release = render(chart, case.values, case.options)
        files[case.name] = release.files
        release.parse()
    except ValuesError as error:
        failure = Finding(str(error), rule=VALUES_ARE_ACCEPTED.id)
    except (TemplateError, ManifestError) as error:
        failure = Finding(str(error), rule=TEMPLATES_RENDER.id)
    if case.expected_failure is not None:
        told = case.disappointment(failure.message if failure else None)
        home = str(case.home or "")
        rule = CASE_FAILS_AS_EXPECTED.id
        return _Seen([Finding(told, rule=rule, template=home)] if told else [], failure)
    if failure:
        return _Seen([failure], failure)
    return _Seen([it for rule in RULES.values() for it in rule.findings(release)], None)


def _of_helm(
    chart: Chart, messages: Sequence[helm_lint.Message], *, has_failed: bool
) -> Iterator[Finding]:
    """Take what Helm's lint says, but not of a render that fails: that is told already.

    Where only Helm's lint fails to render, it is because it cannot be told the API versions.
    """
    for message in messages:
        path = message["path"]
        severity = _HELM_SEVERITIES.get(message["severity"], Severity.WARNING)
        told = path == "templates/" or (has_failed and path.startswith(("templates/", "values")))
        if severity is Severity.ERROR and told:
            continue
        yield Finding(
            message["error"].strip().splitlines()[0],
            severity,
            rule=HELM_LINT.id,
            template=str(chart.path / path),
        )
