"""Names, labels and keys are as Kubernetes takes them, with a long release name too.

Most names may have 253 characters, a Service and every label's value 63, a StatefulSet and a
CronJob 52, as what they make carries their name and more in a label. A chart tried with a short
release name alone breaks for the first user with a long one, so that every case is rendered with
one of 53 characters, the longest that Helm takes, as well: names must fit, and must not become
the same where they are cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, MutableMapping
from dataclasses import replace

from chartproof.cases import Case
from chartproof.errors import ChartproofError
from chartproof.findings import Finding, Severity
from chartproof.joint_render import Asked, Files
from chartproof.kubernetes.names import faults, faults_of_pod
from chartproof.manifest import Manifest
from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import render
from chartproof.study import Study, side_by_side, together
from chartproof.wiring.pods import pods

SEVERITIES = (Severity.ERROR, Severity.WARNING)

_LONG = "long-" * 10 + "one"
_WITH_LONG = f"with a release name of {len(_LONG)} characters"


def check(release: Release) -> Iterator[Finding]:
    """Find names that are too long or of the wrong characters."""
    for manifest in release.manifests:
        for path, fault in faults(manifest):
            yield Finding.at(manifest, path, fault)
    for pod in pods(release):
        for path, fault in faults_of_pod(pod):
            yield Finding.at(pod.owner, path, fault)


def check_chart(study: Study) -> Iterator[Finding]:
    """Find what a long release name breaks."""
    broken: dict[Finding, list[str]] = {}
    documents: dict[Manifest, Manifest] = {}
    options = [replace(case.options, release=_LONG) for case in study.cases]
    asked = [Asked(case.values, own) for case, own in zip(study.cases, options, strict=True)]
    renders = list(zip(study.cases, options, together(study.chart, asked), strict=True))
    found = side_by_side(lambda render: _with_long_name(study, *render, documents), renders)
    for case, findings in zip(study.cases, found, strict=True):
        for finding in dict.fromkeys(findings):
            broken.setdefault(finding, []).append(case.name)
    for finding, names in broken.items():
        yield replace(finding, severity=Severity.WARNING, cases=tuple(names))


def _with_long_name(
    study: Study,
    case: Case,
    options: RenderOptions,
    written: Files | None,
    documents: MutableMapping[Manifest, Manifest],
) -> list[Finding]:
    """Return what only a long release name shows; nothing where the render is refused."""
    try:
        release = render(study.chart.without_schema, case.values, options, written=written)
        suspects = _suspects(release.sharing(documents))
        if not suspects:
            return []
        known = set(
            map(_place, _suspects(render(study.chart.without_schema, case.values, case.options)))
        )
    except ChartproofError:
        return []
    return [
        replace(finding, message=f"{_WITH_LONG}, {finding.message}")
        for finding in suspects
        if _place(finding) not in known
    ]


def _suspects(release: Release) -> list[Finding]:
    """Return names that do not fit, and objects that have the same."""
    names = Counter((it.kind, it.namespace, it.name) for it in release.manifests)
    same = [it for it in release.manifests if names[it.kind, it.namespace, it.name] > 1]
    return [
        *check(release),
        *(
            Finding.at(it, ("metadata", "name"), f"another {it.kind} is named {it.name!r} too")
            for it in same
        ),
    ]


def _place(finding: Finding) -> tuple[str, int | None, str]:
    return finding.template, finding.line, finding.field
