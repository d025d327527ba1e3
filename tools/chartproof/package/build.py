"""From a chart's folder to its archive."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from chartproof import engine
from chartproof.chart import Chart
from chartproof.errors import InputError
from chartproof.package import dependencies
from chartproof.package.stage import set_times, stage, time_of_all


@dataclass(frozen=True)
class Package:
    """An archive on disk, and what it is known by."""

    path: Path
    digest: str
    """SHA-256 in hexadecimal, as index.yaml and provenance files have it."""


def package(
    chart: Path,
    destination: Path,
    *,
    version: str | None = None,
    app_version: str | None = None,
    allow_dirty: bool = False,
) -> Package:
    """Pack a chart folder into `destination`; the same files give the same bytes.

    Raises InputError where the folder is no chart, has changes that are not committed, or lacks
    subcharts.
    """
    if chart.is_file():
        raise InputError(f"{chart}: expected a chart's folder, this is a file")
    Chart.load(chart)
    when = time_of_all()
    with TemporaryDirectory() as folder:
        # The folder of the chart may have any name; the archive goes by the chart's.
        copy, packed = Path(folder, "chart"), Path(folder, "packed")
        stage(chart, copy, allow_dirty)
        build_below = partial(_below, allow_dirty=allow_dirty)
        dependencies.build(chart, copy, build_below)
        set_times(copy, when)
        try:
            archive = engine.package(copy, packed, version, app_version)
        except engine.EngineError as error:
            is_version = version and "semantic version" in str(error)
            what = f"--version {version}" if is_version else chart
            raise InputError(f"{what}: {error}") from error
        content = archive.read_bytes()
    destination.mkdir(parents=True, exist_ok=True)
    target = destination / archive.name
    # Never half an archive under its name: it may be on its way to a repository.
    part = target.with_suffix(".part")
    part.write_bytes(content)
    part.replace(target)
    return Package(target, hashlib.sha256(content).hexdigest())


def _below(chart: Path, destination: Path, allow_dirty: bool) -> Package:
    return package(chart, destination, allow_dirty=allow_dirty)
