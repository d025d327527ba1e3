"""What in the chart a changed line of a snapshot comes from, as far as that can be told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from os.path import relpath
from pathlib import Path

from chartproof import yamlio
from chartproof.manifest import Manifest
from chartproof.walk import dig

_VALUE = re.compile(r"\.Values((?:\.\w+)+)")


def cause(manifest: Manifest, parts: Sequence[str], start: Path) -> str | None:
    """Name the template line that renders the field, and the values read there.

    `parts` are the steps to it as `difference` writes them: `.spec`, `[web]`. The template's path
    is written from `start`. None where no line fits.
    """
    file, line = manifest.origin(steps(manifest.body, parts))
    if line is None:
        return None
    name = file.relative_to(manifest.chart.path).as_posix()
    lines = manifest.chart.files.get(f"{manifest.source.partition('/')[0]}/{name}", "").splitlines()
    text = lines[line - 1] if line <= len(lines) else ""
    values = dict.fromkeys(found.removeprefix(".") for found in _VALUE.findall(text))
    reads = f", reads values at {', '.join(values)}" if values else ""
    return f"{relpath(file, start)}:{line}{reads}"


def steps(body: object, parts: Sequence[str]) -> yamlio.Path:
    """Turn written steps into keys and indices of `body`, as far as it has them."""
    path: list[str | int] = []
    for part in parts:
        name = part[1:-1] if part.startswith("[") else part.removeprefix(".")
        here = dig(body, *path)
        if isinstance(here, dict) and name in here:
            path.append(name)
        elif isinstance(here, list) and (index := _index(here, name)) is not None:
            path.append(index)
        else:
            break
    return tuple(path)


def _index(items: list[object], name: str) -> int | None:
    """Find a list item by its name, or by its number where it has none."""
    named = (at for at, item in enumerate(items) if dig(item, "name") == name)
    numbered = (at for at in range(len(items)) if str(at) == name)
    return next(named, next(numbered, None))
