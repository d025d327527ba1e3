"""The one place that decides whether a name was given by the values or made by the chart.

What the values name (an existing Secret, the host of a broker elsewhere) may stand outside the
release, so that its absence is no error; what the chart names must be rendered. The test is an
experiment: change the value, render again, and see whether the name follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.errors import ChartproofError
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.render import render
from chartproof.values import merge
from chartproof.wiring.texts import text_at
from chartproof.yamlio import Path

_PROBE = "-given"


def given_by(release: Release, manifest: Manifest, path: Path, name: str) -> str | None:
    """Return the value path that `name`, part of the field at `path`, was taken from, or None."""
    changes = [(at, _probed(text, name)) for at, text in _texts(release.all_values)]
    candidates = [(at, changed) for at, changed in changes if changed]
    for at, changed in candidates:
        if _appears(release, manifest, path, _with(release.all_values, at, changed)):
            return ".".join(str(step) for step in at)
    return None


def _probed(text: str, name: str) -> str | None:
    """Return a value's text with the probe in it, or None where it cannot make that name."""
    if name and name in text:
        return text.replace(name, name + _PROBE)
    if name and "{{" in text:  # what the chart passes to `tpl`
        return text + _PROBE
    return None


def _appears(release: Release, manifest: Manifest, path: Path, changed: dict[str, Any]) -> bool:
    """Render with values changed by the probe; tell whether it appears in the field."""
    try:
        again = render(release.chart, merge(release.values, changed), release.options)
        return _PROBE in text_at(again.get(manifest.kind, manifest.name), path)
    except (ChartproofError, LookupError):
        return False


def _texts(values: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Give every text in the values with its path."""
    if isinstance(values, str):
        yield path, values
    elif isinstance(values, dict):
        for key, value in values.items():
            yield from _texts(value, (*path, key))
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from _texts(value, (*path, index))


def _with(values: Any, path: Path, text: str) -> Any:
    """Return what of `values` leads to `path`, with `text` there; lists are kept whole."""
    if not path:
        return text
    step, below = path[0], path[1:]
    if isinstance(step, int):
        return [*values[:step], _with(values[step], below, text), *values[step + 1 :]]
    return {step: _with(values[step], below, text)}
