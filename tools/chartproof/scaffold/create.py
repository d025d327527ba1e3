"""From the templates to a folder with a chart, its tests and its CI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from chartproof.chart import Chart
from chartproof.documentation import document
from chartproof.errors import InputError
from chartproof.scaffold import name as chart_name
from chartproof.snapshot.chart_writer import ChartWriter

CHART, SNAPSHOTS = "chart", "tests/chart/snapshots"


class Kind(StrEnum):
    """What a chart is begun as, and the folder of its own templates."""

    WEB = "web"
    WORKERS = "workers"


_APP_VERSIONS = {Kind.WEB: "1.29.0", Kind.WORKERS: "1.37.0"}
"""The tags of nginxinc/nginx-unprivileged and busybox, which stand in for the image to come."""


def create(folder: Path, kind: Kind = Kind.WEB) -> list[Path]:
    """Make `folder`, with a chart of its name in it, and return its files in order.

    Raises InputError for a name that no chart may have, and where there is something already.
    """
    chart_name.check(folder.name)
    if folder.exists() or folder.is_symlink():
        raise InputError(f"{folder}: there is something already, and nothing is overwritten")
    folder.parent.mkdir(parents=True, exist_ok=True)
    words = {
        "chart-name": folder.name,
        "app-version": _APP_VERSIONS[kind],
        "chartproof-version": version("chartproof"),
    }
    # Nobody sees half a chart: what fails below leaves nothing behind.
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as elsewhere:
        made = Path(elsewhere, folder.name)
        for path, text in _templates(kind):
            _write(made / path, _with(text, words))
        for edit in document(made / CHART).edits:
            edit.write()
        for file, text in _snapshots(made / CHART):
            _write(made / SNAPSHOTS / file, text)
        made.rename(folder)
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _templates(kind: Kind) -> Iterator[tuple[PurePosixPath, str]]:
    root = files("chartproof.scaffold") / "templates"
    for part in ("project", kind):
        yield from _files(root / part, PurePosixPath())


def _files(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry, path / entry.name)
        else:
            yield path / entry.name, entry.read_text("utf-8")


def _with(text: str, words: Mapping[str, str]) -> str:
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    return text


def _snapshots(folder: Path) -> Iterator[tuple[Path, str]]:
    chart = Chart.load(folder)
    writer = ChartWriter(chart)
    for case in chart.cases():
        if case.expected_failure is None:
            texts = writer.texts(case.values, case.options, case.masks)
            yield from ((Path(case.name, file), text.text) for file, text in texts.items())


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
