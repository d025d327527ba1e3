"""The one place that decides whether a name was given by the values or made by the chart.

What the values name (an existing Secret, the host of a broker elsewhere) may stand outside the
release, so that its absence is no error; what the chart names must be rendered. The test is an
experiment: change the value, render again, and see whether the name follows. A default of the
chart that makes a name of the release's own, by `tpl`, is the chart's work still.

All values that may give a name are changed in one render, each by a mark of its own; where that
fails, as a value was asked to be what it was, the half of them is tried, and so on. The template
that writes the name is rendered without the others first: what it does not show, all may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from chartproof.errors import ChartproofError
from chartproof.excerpt import Sources
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.render import render, render_some
from chartproof.values import merge
from chartproof.walk import dig
from chartproof.wiring.texts import text_at
from chartproof.yamlio import Path

_MARK = re.compile(r"-given\d+z")
_WHOLE = ""
"""In place of a template: all of them."""


@dataclass(frozen=True)
class _Change:
    """A value, its text with a mark in it, and the mark."""

    at: Path
    text: str
    mark: str


@dataclass(frozen=True)
class Givers:
    """What gives names to a release; it keeps its renders, as many fields share a name."""

    release: Release
    _renders: dict[tuple[str, str, Path, Path], Release | None] = field(default_factory=dict)
    _proven: dict[str, bool] = field(default_factory=dict)

    def of(self, manifest: Manifest, path: Path, name: str) -> str | None:
        """Return the value path that `name`, part of the field at `path`, was taken from."""
        changes = list(_changes(self.release.all_values, name))
        found = self._search(changes, manifest, path, name, manifest.source)
        if found is None or not self._is_proven(manifest.source):
            found = self._search(changes, manifest, path, name, _WHOLE)
        if found is None:
            return None
        is_default = dig(self.release.values, *found) is None
        is_own = is_default and self.release.options.release in name
        return None if is_own else ".".join(map(str, found))

    def _search(
        self, changes: Sequence[_Change], manifest: Manifest, path: Path, name: str, source: str
    ) -> Path | None:
        """Return the place of the value whose mark appears in the field, if any does.

        Rendered is the template `source` alone, or all of them.
        """
        if not changes:
            return None
        key = (source, name, changes[0].at, changes[-1].at)
        if key not in self._renders:
            self._renders[key] = self._render(changes, source)
        text = _text(self._renders[key], manifest, path)
        for change in changes:
            if text is not None and change.mark in text:
                return change.at
        if len(changes) == 1 or text == text_at(manifest, path):
            return None
        middle = len(changes) // 2
        halves = changes[:middle], changes[middle:]
        found = (self._search(half, manifest, path, name, source) for half in halves)
        return next(filter(None, found), None)

    def _render(self, changes: Sequence[_Change], source: str) -> Release | None:
        """Render with all changes made; None where that fails."""
        everything, given = self.release.all_values, self.release.values
        for change in changes:
            changed = _with(everything, change.at, change.text)
            everything, given = merge(everything, changed), merge(given, changed)
        chart, options = self.release.chart, self.release.options
        try:
            if source == _WHOLE:
                return render(chart.without_schema, given, options)
            return render_some(chart, Sources({source}), given, options)
        except ChartproofError:
            return None

    def _is_proven(self, source: str) -> bool:
        """Tell whether a template rendered without the others writes what it writes with them.

        One that has written marks has, where it is the release's without the marks.
        """
        if source not in self._proven:
            marked = (it for (of, *_), it in self._renders.items() if of == source)
            self._proven[source] = self.release.chart.excerpts.are_apart and (
                any(self._is_the_same(it, source) for it in marked)
                or self._is_the_same(self._render([], source), source)
            )
        return self._proven[source]

    def _is_the_same(self, alone: Release | None, source: str) -> bool:
        """Tell whether a template wrote what it has in the release, but for marks."""
        return alone is not None and [
            _MARK.sub("", document.text) for document in alone.documents
        ] == [document.text for document in self.release.documents if document.source == source]


def _text(release: Release | None, manifest: Manifest, path: Path) -> str | None:
    """Return the text of a field, None where the release or the object is not there."""
    try:
        return text_at(release.get(manifest.kind, manifest.name), path) if release else None
    except (ChartproofError, LookupError):
        return None


def _changes(values: Any, name: str) -> Iterator[_Change]:
    """Give a change of each value that can make a name: it has it in it, or is a line for `tpl`."""
    for index, (at, text) in enumerate(_texts(values)):
        mark = f"-given{index}z"
        if name and name in text:
            yield _Change(at, text.replace(name, name + mark), mark)
        elif name and "{{" in text and "\n" not in text.strip():
            yield _Change(at, text + mark, mark)


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


def _with(values: Any, path: Path, text: str, *, is_whole: bool = False) -> Any:
    """Return what of `values` leads to `path`, with `text` there; lists are kept whole."""
    if not path:
        return text
    step, below = path[0], path[1:]
    if isinstance(step, int):
        item = _with(values[step], below, text, is_whole=True)
        return [*values[:step], item, *values[step + 1 :]]
    inner = {step: _with(values[step], below, text, is_whole=is_whole)}
    return {**values, **inner} if is_whole else inner
