"""The subcharts that Chart.yaml asks for, brought into the copy that is packed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chartproof import engine, yamlio
from chartproof.errors import InputError

LOCAL = "file://"

Build = Callable[[Path, Path], object]
"""Packs the chart of the first folder into the second."""


def build(chart: Path, copy: Path, package: Build) -> None:
    """Fill charts/ of the copy with what it lacks.

    A chart beside this one (file://) is packed as this one is. An archive that the chart's own
    charts/ holds is taken, even if git ignores it: that is where `helm dependency build` puts it.
    Raises InputError for what is still missing.
    """
    wanted = list(_missing(copy))
    for one in wanted:
        if str(one.get("repository", "")).startswith(LOCAL):
            _pack_local(chart, copy, one, package)
        else:
            _take_archives(chart, copy, one["name"])
    still = list(_missing(copy))
    if still:
        names = ", ".join(f"{one['name']} {one.get('version', '')}".strip() for one in still)
        raise InputError(
            f"{chart}: charts/ lacks {names}, which Chart.yaml asks for;"
            f" run: helm dependency build {chart}"
        )


def _missing(copy: Path) -> Iterator[dict[str, Any]]:
    metadata = yamlio.load((copy / "Chart.yaml").read_text()) or {}
    asked = metadata.get("dependencies") or []
    there = engine.dependencies(engine.pack(copy)) if asked else set()
    for one in asked:
        if one.get("name") not in there:
            yield one


def _pack_local(chart: Path, copy: Path, one: dict[str, Any], package: Build) -> None:
    folder = (chart / one["repository"].removeprefix(LOCAL)).resolve()
    if not (folder / "Chart.yaml").is_file():
        raise InputError(
            f"{chart}/Chart.yaml: {one['name']}: no chart at {one['repository']}, that is {folder}"
        )
    package(folder, copy / "charts")


def _take_archives(chart: Path, copy: Path, name: str) -> None:
    for archive in sorted((chart / "charts").glob(f"{name}-*.tgz")):
        (copy / "charts").mkdir(exist_ok=True)
        if chart != copy:
            shutil.copyfile(archive, copy / "charts" / archive.name)
