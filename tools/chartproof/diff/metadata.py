"""What changes in Chart.yaml: the Kubernetes that is asked for, the application, the subcharts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from chartproof import kube_version, yamlio
from chartproof.chart import Chart
from chartproof.diff.change import Change
from chartproof.diff.level import Level, step

CHART_YAML = "Chart.yaml"
_OLDEST, _NEWEST = 16, 60
"""Kubernetes 1.x that ranges are held against, far into what there is not yet."""


def metadata_changes(old: Chart, new: Chart) -> Iterator[Change]:
    """Compare two Chart.yaml."""
    yield from _name(old, new)
    yield from _kubernetes(old, new)
    yield from _application(old, new)
    yield from _subcharts(old, new)


def _name(old: Chart, new: Chart) -> Iterator[Change]:
    if old.name != new.name:
        message = f"is {new.name} in place of {old.name}: names of objects follow it"
        yield Change("chart-renamed", Level.MAJOR, CHART_YAML, message, "name")
    if new.metadata.get("deprecated") and not old.metadata.get("deprecated"):
        yield Change("chart-deprecated", Level.MINOR, CHART_YAML, "is set", "deprecated")


def _kubernetes(old: Chart, new: Chart) -> Iterator[Change]:
    """Hold both ranges against every release of Kubernetes."""
    before, after = (str(it.metadata.get("kubeVersion") or kube_version.ANY) for it in (old, new))
    if before == after:
        return
    allowed = [
        [minor for minor in range(_OLDEST, _NEWEST) if _allows(constraint, minor)]
        for constraint in (before, after)
    ]
    lost, won = set(allowed[0]) - set(allowed[1]), set(allowed[1]) - set(allowed[0])
    if lost:
        message = f"no longer allows Kubernetes {_told(lost)}: {after} in place of {before}"
        yield Change("kubernetes-dropped", Level.MAJOR, CHART_YAML, message, "kubeVersion")
    if won:
        message = f"allows Kubernetes {_told(won)} too: {after} in place of {before}"
        yield Change("kubernetes-added", Level.MINOR, CHART_YAML, message, "kubeVersion")


def _allows(constraint: str, minor: int) -> bool:
    """Tell whether some patch of a release is allowed, the first ones or late ones."""
    return any(kube_version.allows(constraint, f"1.{minor}.{patch}") for patch in (0, 5, 99))


def _told(minors: set[int]) -> str:
    """Write releases as ranges: 1.16 to 1.24, 1.30."""
    runs = []
    for _, run in groupby(enumerate(sorted(minors)), key=lambda it: it[1] - it[0]):
        members = [minor for _, minor in run]
        first, last = f"1.{members[0]}", f"1.{members[-1]}"
        runs.append(
            f"{first} and newer"
            if members[-1] == _NEWEST - 1
            else first
            if first == last
            else f"{first} to {last}"
        )
    return ", ".join(runs)


def _application(old: Chart, new: Chart) -> Iterator[Change]:
    before, after = (str(it.metadata.get("appVersion") or "") for it in (old, new))
    if before != after:
        level = max(step(before, after) or Level.PATCH, Level.PATCH)
        message = f"is {after or 'nothing'} in place of {before or 'nothing'}"
        yield Change("application-changes", level, CHART_YAML, message, "appVersion")


def _subcharts(old: Chart, new: Chart) -> Iterator[Change]:
    before, after = (_versions(chart) for chart in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            message = f"{name} {before[name]} is gone"
            yield Change("dependency-removed", Level.MAJOR, CHART_YAML, message, "dependencies")
        elif name not in before:
            message = f"{name} {after[name]} is new"
            yield Change("dependency-added", Level.MINOR, CHART_YAML, message, "dependencies")
        elif before[name] != after[name]:
            level = max(step(before[name], after[name]) or Level.MINOR, Level.PATCH)
            message = f"{name} is {after[name]} in place of {before[name]}"
            yield Change("dependency-changes", level, CHART_YAML, message, "dependencies")


def _versions(chart: Chart) -> Mapping[str, str]:
    """Return the versions of the subcharts, as they are in charts/."""
    asked = {str(one["name"]): one for one in chart.metadata.get("dependencies") or []}
    found = {}
    for name, one in asked.items():
        text = chart.files.get(f"{chart.name}/charts/{name}/Chart.yaml", "")
        fields = yamlio.load(text) if text else None
        found[name] = str((fields or one).get("version", ""))
    return found
