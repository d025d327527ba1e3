"""Why a case does not match its snapshots, as far as another look at its render can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.manifest import Manifest
from chartproof.masks import Mask
from chartproof.release import Release
from chartproof.render import render
from chartproof.snapshot.cause import cause
from chartproof.snapshot.difference import new_paths, written
from chartproof.snapshot.names import by_file_name
from chartproof.snapshot.repeat import random_values

_LISTED = 5


@dataclass(frozen=True)
class Explanation:
    """A case, rendered again in this process."""

    chart: Chart
    case: Case

    @cached_property
    def random_values(self) -> list[Mask]:
        """What another render has otherwise, as the masks that would hide it."""
        return random_values(self._release, self._rendered(), self.case.masks)

    def causes(self, name: str, old: str, new: str, start: Path) -> Iterator[str]:
        """Name what in the chart the new lines of a snapshot come from, a line a field."""
        manifests = self._manifests.get(name.removesuffix(".yaml"), ())
        if len(manifests) == 1:
            for path in new_paths(old, new)[:_LISTED]:
                if told := cause(manifests[0], path, start):
                    yield f"{written(path)} is from {told}"

    @cached_property
    def _manifests(self) -> Mapping[str, Sequence[Manifest]]:
        return by_file_name([*self._release.crds, *self._release.manifests])

    @cached_property
    def _release(self) -> Release:
        return self._rendered()

    def _rendered(self) -> Release:
        return render(self.chart, self.case.values, self.case.options)
