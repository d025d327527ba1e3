"""What one render gives: the objects in the order Helm installs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chartproof.errors import nearest
from chartproof.manifest import Manifest
from chartproof.options import RenderOptions


@dataclass(frozen=True)
class Release:
    """A rendered chart."""

    manifests: Sequence[Manifest]
    notes: str = ""
    crds: Sequence[Manifest] = ()
    options: RenderOptions = field(default_factory=RenderOptions)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hooks(self) -> list[Manifest]:
        """The manifests that are hooks."""
        return [manifest for manifest in self.manifests if manifest.is_hook]

    def of_kind(self, kind: str) -> list[Manifest]:
        """All manifests of a kind."""
        return [manifest for manifest in self.manifests if manifest.kind == kind]

    def get(self, kind: str, name: str) -> Manifest:
        """Return the manifest of that kind whose full or short name is `name`.

        Raises LookupError that lists what there is.
        """
        for manifest in self.of_kind(kind):
            if name in (manifest.name, manifest.short_name):
                return manifest
        there = [f"{manifest.kind}/{manifest.short_name}" for manifest in self.manifests]
        near = nearest(f"{kind}/{name}", there)
        hint = f" (did you mean {near}?)" if near else ""
        raise LookupError(f"no {kind}/{name}{hint} among: {', '.join(there) or 'nothing'}")

    def __str__(self) -> str:
        plain = "".join(str(manifest) for manifest in self.manifests if not manifest.is_hook)
        return plain.strip() + "\n" + "".join(map(str, self.hooks))
