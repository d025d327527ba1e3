"""The same release as it would come out of the chart's next version."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from chartproof import engine
from chartproof.archive import rewritten, unpacked
from chartproof.chart import Chart
from chartproof.errors import ChartproofError
from chartproof.excerpt import Sources
from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import render, render_some

_OWN = re.compile(rb"^(version|appVersion):.*$", re.MULTILINE)
_OF_DEPENDENCY = re.compile(rb"^([ -]+version):.*$", re.MULTILINE)


def of_next_version(release: Release) -> Release:
    """Render the upgrade to a chart with nothing but its versions, and its subcharts', changed.

    Raises what `render` raises.
    """
    return render(_next(release.chart), release.values, _upgrade(release))


def in_next_version(release: Release, sources: Sources) -> Release | None:
    """Render some templates of it without the others; None where that may be something else."""
    chart = _next(release.chart)
    if not chart.excerpts.are_apart:
        return None
    try:
        return render_some(chart, sources, release.values, _upgrade(release))
    except ChartproofError:
        return None


def _upgrade(release: Release) -> RenderOptions:
    return replace(release.options, is_upgrade=True)


def _next(chart: Chart) -> Chart:
    return _with_versions_changed(chart.path, chart.without_schema.archive)


@lru_cache(maxsize=8)
def _with_versions_changed(path: Path, archive: bytes) -> Chart:
    changed = rewritten(unpacked(archive), _with_other_versions)
    return Chart(path, changed, engine.metadata(changed))


def _with_other_versions(name: str, content: bytes) -> bytes:
    if not name.endswith("/Chart.yaml"):
        return content
    # The subcharts must stay those that the chart depends on.
    return _OF_DEPENDENCY.sub(rb'\1: "*"', _OWN.sub(rb"\1: 9876.5.4", content))
