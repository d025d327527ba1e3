"""The same release as it would come out of the chart's next version."""

from __future__ import annotations

import io
import re
import tarfile
from dataclasses import replace
from functools import lru_cache

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
    changed = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive)) as old,
        tarfile.open(fileobj=changed, mode="w:gz", compresslevel=0) as new,
    ):
        for entry in old:
            file = old.extractfile(entry)
            content = file.read() if file else b""
            if entry.name.endswith("/Chart.yaml"):
                content = _OWN.sub(rb"\1: 9876.5.4", content)
                # The subcharts must stay those that the chart depends on.
                content = _OF_DEPENDENCY.sub(rb'\1: "*"', content)
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))
    return changed.getvalue()


def _next(chart: Chart) -> Chart:
    return replace(chart, archive=_versions_changed(chart.archive))
