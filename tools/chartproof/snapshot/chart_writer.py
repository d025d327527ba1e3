"""The snapshots of a chart's releases: what stands in which file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from chartproof.chart import Chart
from chartproof.joint_render import Files
from chartproof.manifest import Manifest, ManifestError
from chartproof.masks import Mask, masked
from chartproof.options import RenderOptions
from chartproof.render import documents, is_kept, name_prefixes, rank, render_files
from chartproof.snapshot.names import Identity, file_names
from chartproof.snapshot.skeleton import Pattern, is_apart, marked, taken_apart
from chartproof.snapshot.text import NOTES, Text
from chartproof.snapshot.writer import to_yaml

MEMORY = 16_000_000  # characters of output, whose objects take about as many again


@dataclass(frozen=True)
class Written:
    """An object as it stands in its snapshot, and what decides on its place there."""

    identity: Identity
    rank: tuple[bool, int, str]
    template: str
    text: str


Patterns = Sequence[tuple[Written, Pattern]]
"""Objects that were written with marks in the places of values."""
_NEW: Patterns = ()


class ChartWriter:
    """Writes the snapshots of a chart's releases; threads may share it.

    Most files of output are the same in most cases of a chart: each is parsed and written once,
    and known by its text from then on. Of those that differ in plain values alone, one is.
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self._known: dict[tuple[object, ...], Sequence[Written]] = {}
        self._patterns: dict[tuple[object, ...], Patterns | None] = {}
        self._size = 0

    def texts(
        self,
        values: Mapping[str, Any] | None = None,
        options: RenderOptions | None = None,
        masks: tuple[Mask, ...] = (),
        *,
        is_accepted: bool = False,
        written: Files | None = None,
    ) -> dict[str, Text]:
        """Render, and give the text of each snapshot file by the file's name.

        `is_accepted` tells that the schema accepts the values, and need not be asked again;
        `written` is what the templates are known to write. Raises what `chartproof.render.render`
        raises, and ManifestError.
        """
        values, options = values or {}, options or RenderOptions()
        chart = self.chart.without_schema if is_accepted else self.chart
        output = render_files(chart, values, options, written)
        place = _Place(options.namespace, name_prefixes(self.chart, values, options), masks)
        templates = sorted(self._written(output.templates, place), key=lambda it: it.rank)
        files = _by_file([*self._written(output.crds, place), *templates])
        if output.notes.strip():
            files[NOTES] = Text("\n".join([*output.notes.strip().splitlines(), ""]), ["NOTES.txt"])
        return files

    def _written(self, files: Mapping[str, str], place: _Place) -> Iterator[Written]:
        for source, file in sorted(files.items()):
            key = (source, file, place)
            written = self._known.get(key)
            if written is None:
                written = self._of_skeleton(source, file, place) or self._anew(source, file, place)
                self._make_room(len(file))
                self._known[key] = written
            yield from written

    def _anew(self, source: str, file: str, place: _Place) -> Sequence[Written]:
        read = documents(source, file, self.chart, place.namespace, place.prefixes)
        return [it for document in read for it in _write(document, place.masks)]

    def _of_skeleton(self, source: str, file: str, place: _Place) -> Sequence[Written] | None:
        """Fill values into what was written of a file like this one, None where there is none."""
        skeleton, values = taken_apart(file)
        if not values:
            return None
        key = (source, skeleton, place)
        patterns = self._patterns.get(key, _NEW)
        if patterns is _NEW:
            # Most come once: for those it would be read for nothing.
            self._make_room(len(skeleton))
            self._patterns[key] = None
            return None
        if patterns is None:
            patterns = self._patterns[key] = self._read(source, skeleton, place, len(values))
        return [replace(it, text=pattern.filled(values)) for it, pattern in patterns]

    def _read(self, source: str, skeleton: str, place: _Place, count: int) -> Patterns:
        """Write a file with marks in it; nothing where one is not a value of its own."""
        file = marked(skeleton)
        read = list(documents(source, file, self.chart, place.namespace, place.prefixes))
        try:
            kept = [it for document in filter(is_kept, read) for it in document.objects()]
            if is_apart([it.body for it in kept], count):
                written = (it for document in read for it in _write(document, place.masks))
                return [(it, Pattern.of(it.text)) for it in written]
        except ManifestError:  # which the file itself will tell
            pass
        return []

    def _make_room(self, size: int) -> None:
        """Count what is kept; where it gets too much, begin anew."""
        if self._size + size > MEMORY:
            self._known.clear()
            self._patterns.clear()
            self._size = 0
        self._size += size


class _Place(NamedTuple):
    """What the text of an object depends on besides the output it stands in."""

    namespace: str
    prefixes: tuple[str, ...]
    masks: tuple[Mask, ...]


def _write(document: Manifest, masks: Sequence[Mask]) -> Iterator[Written]:
    """Write the objects of a document."""
    if is_kept(document):
        for manifest in document.objects():
            if manifest.body:
                identity = Identity.of(manifest)
                text = to_yaml(masked(manifest, masks))
                yield Written(identity, rank(document), manifest.template, text)


def _by_file(objects: Sequence[Written]) -> dict[str, Text]:
    """Lay objects into their files; those that share one are its documents, in their order."""
    files = defaultdict(list)
    names = file_names(tuple(it.identity for it in objects))
    for name, written in zip(names, objects, strict=True):
        files[name].append(written)
    return {
        f"{name}.yaml": Text("---\n".join(it.text for it in group), [it.template for it in group])
        for name, group in files.items()
    }
