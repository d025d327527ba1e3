"""Every check of a chart, over every case: Helm's own, the schema, and the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import compress

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
from chartproof.helm_verdicts import Message
from chartproof.joint_render import Asked, Files
from chartproof.manifest import Manifest, ManifestError
from chartproof.project import FILE
from chartproof.release import Release
from chartproof.render import TemplateError, ValuesError, render
from chartproof.rules import RULES
from chartproof.study import Study, side_by_side, together
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
    documents: dict[Manifest, Manifest] = {}
    rendering = [case for case in cases if case.expected_failure is None]
    accepts = chart.joint_check.accepted([it.values for it in rendering])
    accepted = list(compress(rendering, accepts))
    written = together(chart, [Asked(it.values, it.options) for it in accepted])
    known = dict(zip(accepted, written, strict=True))
    seen = side_by_side(lambda it: _seen(chart, it, documents, known), cases)
    rendered = {it.case.name: it.release.files for it in seen if it.release}
    study = Study(chart, rendering, deep, rendered)
    # Helm renders while Python looks at what is rendered already.
    with ThreadPoolExecutor() as pool:
        by_helm = pool.submit(_by_helm, chart, seen)
        by_rules = pool.submit(side_by_side, _by_rules, seen)
        of_chart = pool.submit(list, _of_chart(study))
    shown: dict[Finding, list[str]] = {}
    for it, own, told in zip(seen, by_rules.result(), by_helm.result(), strict=True):
        for finding in dict.fromkeys([*own, *told]):
            shown.setdefault(finding, []).append(it.case.name)
    findings = [replace(finding, cases=tuple(names)) for finding, names in shown.items()]
    findings = [_weighed(finding, cases) for finding in findings]
    return sorted([*findings, *of_chart.result()], key=sort_key)


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


@dataclass(frozen=True)
class _Seen:
    """What a case renders, and how it fails, if it does."""

    case: Case
    release: Release | None = None
    failure: Finding | None = None

    @property
    def size(self) -> int | None:
        """How many objects it has, None where it fails."""
        return len(self.release.manifests) if self.release and not self.failure else None


def _seen(
    chart: Chart,
    case: Case,
    documents: MutableMapping[Manifest, Manifest],
    known: Mapping[Case, Files | None],
) -> _Seen:
    """Render a case; what other cases render too, among `documents`, is not parsed again.

    `known` are cases that the schema accepts, with what their templates write.
    """
    release, how = None, (case.values, case.options)
    try:
        release = render(chart, *how, is_accepted=case in known, written=known.get(case))
        release = release.sharing(documents)
        release.parse()
    except ValuesError as error:
        return _Seen(case, release, Finding(str(error), rule=VALUES_ARE_ACCEPTED.id))
    except (TemplateError, ManifestError) as error:
        return _Seen(case, release, Finding(str(error), rule=TEMPLATES_RENDER.id))
    return _Seen(case, release)


def _by_rules(seen: _Seen) -> list[Finding]:
    """Check a case by itself: the rules need a render, so that one that fails stands for them."""
    case, failure = seen.case, seen.failure
    if case.expected_failure is not None:
        told = case.disappointment(failure.message if failure else None)
        home, rule = str(case.home or ""), CASE_FAILS_AS_EXPECTED.id
        return [Finding(told, rule=rule, template=home)] if told else []
    if failure or seen.release is None:
        return [failure] if failure else []
    return [finding for rule in RULES.values() for finding in rule.findings(seen.release)]


def _by_helm(chart: Chart, seen: Sequence[_Seen]) -> list[list[Finding]]:
    """Run Helm's lint, without what it says of a render that fails: that is told already.

    Where only Helm's lint fails to render, it is because it cannot be told the API versions. A
    case that has to fail is none of its business.
    """
    asked = [index for index, it in enumerate(seen) if it.case.expected_failure is None]
    written = [seen[index].size for index in asked]
    told: list[list[Finding]] = [[] for _ in seen]
    messages = helm_lint.lint(chart, [seen[index].case for index in asked], written)
    for index, size, of_case in zip(asked, written, messages, strict=True):
        told[index] = [*_of_helm(chart, of_case, has_failed=size is None)]
    return told


def _of_helm(chart: Chart, messages: Sequence[Message], *, has_failed: bool) -> Iterator[Finding]:
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
