"""Every request of one object for another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartproof.manifest import Manifest
from chartproof.release import Release, once
from chartproof.walk import dig, each
from chartproof.wiring.places import CONFIG_MAP, IN_OBJECTS, IN_PODS, SECRET, Place
from chartproof.wiring.pods import pods
from chartproof.wiring.scope import place_of, place_of_named
from chartproof.yamlio import Path

_PEOPLE = {"User", "Group"}


@dataclass(frozen=True)
class Reference:
    """One request for an object, or for one key of it; `path` leads to its name.

    `namespace` is where the object is looked for, empty for those of the whole cluster.
    `key_path` leads to the key, where one is asked for. What asks works without it if it is
    `optional`, and works less well if it is not `is_vital`.
    """

    manifest: Manifest
    kind: str
    name: str
    namespace: str
    path: Path
    key: str | None = None
    key_path: Path = ()
    optional: bool = False
    is_vital: bool = True

    @property
    def target(self) -> tuple[str, str, str]:
        """What is asked for: kind, namespace and name."""
        return self.kind, self.namespace, self.name


@once
def references(release: Release) -> Iterator[Reference]:
    """Give all references of the release."""
    for pod in pods(release):
        for place in IN_PODS:
            yield from _at(pod.owner, place, pod.spec)
    for manifest in release.of_kind(*IN_OBJECTS):
        for place in IN_OBJECTS[manifest.kind]:
            yield from _at(manifest, place)


def find(release: Release, reference: Reference) -> Manifest | None:
    """Return the object that a reference names, or None."""
    for manifest in release.of_kind(reference.kind):
        if (manifest.name, place_of(manifest)) == (reference.name, reference.namespace):
            return manifest
    return None


def _at(manifest: Manifest, place: Place, above: Path = ()) -> Iterator[Reference]:
    """Give the references at a place below `above`."""
    for below, source in place.asking(dig(manifest.body, *above)):
        path = (*above, *below)
        kind, name = str(source.get("kind") or place.kind), _text(source.get(place.name))
        if kind in _PEOPLE or (place.may_be_empty and not name):
            continue
        namespace = place_of_named(kind, _text(source.get("namespace")) or manifest.namespace)
        optional = source.get("optional") is True
        asked = (manifest, kind, name, namespace, (*path, place.name))
        if place.key is None:
            yield Reference(*asked, optional=optional, is_vital=place.is_vital)
        else:
            key = _text(source.get(place.key))
            yield Reference(*asked, key, (*path, place.key), optional)
        for key in place.needs:
            yield Reference(*asked, key, (*path, place.name), optional)
        if kind in (CONFIG_MAP, SECRET):
            for item, picked in each(manifest.body, *path, "items"):
                yield Reference(*asked, _text(picked.get("key")), (*item, "key"), optional)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
