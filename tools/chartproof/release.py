"""What one render gives: the objects, in the order Helm installs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import Any, TypeVar

from chartproof import engine
from chartproof.chart import Chart
from chartproof.errors import nearest
from chartproof.manifest import Manifest
from chartproof.options import RenderOptions

Item = TypeVar("Item")


@dataclass(frozen=True)
class Release:
    """A rendered chart; `values` are those given over the chart's defaults.

    `documents` are what the templates wrote, comment-only ones too, hooks last; `files` are that
    as text, by the templates' names.
    """

    chart: Chart = field(repr=False)
    documents: tuple[Manifest, ...]
    crds: tuple[Manifest, ...] = ()
    notes: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    options: RenderOptions = field(default_factory=RenderOptions)
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    _found: dict[object, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every object in install order, the hooks last, Lists opened up. Raises ManifestError."""
        return tuple(item for document in self.documents for item in document.objects())

    def parse(self) -> None:
        """Parse every document now. Raises ManifestError."""
        for manifest in self.manifests:
            _ = manifest.body

    def sharing(self, known: MutableMapping[Manifest, Manifest]) -> Release:
        """Return the same release, with equal documents of others, which may be parsed already.

        Those that are new are added to `known`. What is shared must not be changed.
        """
        own: dict[Manifest, Manifest] = {}
        for document in self.documents:
            own.setdefault(document, known.setdefault(document, document))
        # Of two that are equal in one release, the second stays itself.
        shared = tuple(own.pop(document, document) for document in self.documents)
        return replace(self, documents=shared)

    @property
    def hooks(self) -> list[Manifest]:
        """The objects that Helm runs at an event instead of installing them."""
        return [manifest for manifest in self.manifests if manifest.is_hook]

    @cached_property
    def all_values(self) -> dict[str, Any]:
        """The values a template sees: those given, over the defaults of chart and subcharts."""
        return engine.merge_values(self.chart.archive, self.values)

    def of_kind(self, *kinds: str) -> list[Manifest]:
        """Return the objects of these kinds."""
        return [manifest for manifest in self.manifests if manifest.kind in kinds]

    def get(self, kind: str, name: str) -> Manifest:
        """Return the object of that kind by its name, or by what is left without the prefixes.

        Raises LookupError that lists what there is.
        """
        there = self.of_kind(kind)
        for manifest in there:
            if name in (manifest.name, manifest.short_name):
                return manifest
        known = [f"{manifest.kind}/{manifest.short_name}" for manifest in self.manifests]
        near = nearest(f"{kind}/{name}", known)
        hint = f" (did you mean {near}?)" if near else ""
        raise LookupError(f"no {kind}/{name}{hint} among {', '.join(known) or 'nothing at all'}")

    def __str__(self) -> str:
        """Write the YAML stream that `helm template` prints, byte for byte."""
        installed = "".join(str(document) for document in self.documents if not document.is_hook)
        hooks = "".join(str(document) for document in self.documents if document.is_hook)
        return f"{installed.strip()}\n{hooks}"


def once(find: Callable[[Release], Iterable[Item]]) -> Callable[[Release], Sequence[Item]]:
    """Have what is found in a release found once, for all that ask."""

    @wraps(find)
    def found(release: Release) -> Sequence[Item]:
        known = release._found
        if find not in known:
            known[find] = tuple(find(release))
        there: Sequence[Item] = known[find]
        return there

    return found
