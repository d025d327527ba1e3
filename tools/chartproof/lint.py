"""Every check of a chart, over every case: Helm's own, the schema, and the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chartproof import engine
from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.findings import Finding, Severity, sort_key
from chartproof.manifest import ManifestError
from chartproof.release import Release
from chartproof.render import TemplateError, ValuesError, render
from chartproof.rules import RULES

_HELM_SEVERITIES = {1: Severity.NOTE, 2: Severity.WARNING, 3: Severity.ERROR}

# Where Helm's lint reports that a chart does not render.
_TOLD = {"templates/", "values.yaml"}


def lint(chart: Chart, cases: Sequence[Case]) -> list[Finding]:
    """Check the chart with each case; what several cases show is one finding with their names.

    Raises InputError for options and files that cannot be.
    """
    shown: dict[Finding, list[str]] = {}
    for case in cases:
        for finding in dict.fromkeys(_findings(chart, case)):
            shown.setdefault(finding, []).append(case.name)
    found = [replace(finding, cases=tuple(names)) for finding, names in shown.items()]
    return sorted(found, key=sort_key)


def _findings(chart: Chart, case: Case) -> Iterator[Finding]:
    try:
        release = render(chart, case.values, case.options)
        release.parse()
    except ValuesError as error:
        yield Finding(str(error), rule="values-are-accepted")
    except (TemplateError, ManifestError) as error:
        yield Finding(str(error), rule="templates-render")
    else:
        yield from _of_rules(release)
    yield from _of_helm(chart, case)


def _of_rules(release: Release) -> Iterator[Finding]:
    for rule in RULES.values():
        yield from rule.findings(release)


def _of_helm(chart: Chart, case: Case) -> Iterator[Finding]:
    """Take over what `helm lint` says, but for values and render, which have been told better."""
    for message in engine.lint(chart.path, case.values, case.options):
        severity = _HELM_SEVERITIES.get(message["severity"], Severity.WARNING)
        if severity is Severity.ERROR and message["path"] in _TOLD:
            continue
        yield Finding(
            message["error"].strip().splitlines()[0],
            severity,
            rule="helm-lint",
            template=str(chart.path / message["path"]),
        )
