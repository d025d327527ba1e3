"""The same release as it would come out of the chart's next version."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from chartproof.archive import rewritten
from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.render import render

_OWN = re.compile(rb"^(version|appVersion):.*$", re.MULTILINE)
_OF_DEPENDENCY = re.compile(rb"^([ -]+version):.*$", re.MULTILINE)


def of_next_version(release: Release) -> Release:
    """Render the upgrade to a chart with nothing but its versions, and its subcharts', changed.

    Raises what `render` raises.
    """
    options = replace(release.options, is_upgrade=True)
    return render(_next(release.chart.without_schema), release.values, options)


@lru_cache(maxsize=8)
def _versions_changed(archive: bytes) -> bytes:
    return rewritten(archive, _with_other_versions)


def _with_other_versions(name: str, content: bytes) -> bytes:
    if not name.endswith("/Chart.yaml"):
        return content
    # The subcharts must stay those that the chart depends on.
    return _OF_DEPENDENCY.sub(rb'\1: "*"', _OWN.sub(rb"\1: 9876.5.4", content))


def _next(chart: Chart) -> Chart:
    return replace(chart, archive=_versions_changed(chart.archive))
