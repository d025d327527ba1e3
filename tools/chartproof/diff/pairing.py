"""Which object of the old release is which of the new one.

Helm holds objects to be one by kind, namespace, name and API group (pkg/kube/resource.go,
`isMatchingInfo`), whatever the version of the API; what only the old release has it deletes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, NamedTuple

from chartproof import yamlio
from chartproof.manifest import Manifest
from chartproof.masks import Mask, masked
from chartproof.wiring.scope import place_of

ALIKE = 0.75
"""How much of two objects has to be the same for one to be the other under another name."""

# Kubernetes moved these out of `extensions`, and serves one object in both groups
# (kubernetes.io/docs/reference/using-api/deprecation-guide).
_MOVED = {
    **dict.fromkeys(("DaemonSet", "Deployment", "ReplicaSet"), "apps"),
    **dict.fromkeys(("Ingress", "NetworkPolicy"), "networking.k8s.io"),
    "PodSecurityPolicy": "policy",
}


class Key(NamedTuple):
    """What makes an object the one it is."""

    group: str
    kind: str
    namespace: str
    name: str


@dataclass(frozen=True)
class Thing:
    """An object of a release, with what is random in it masked."""

    manifest: Manifest
    masks: tuple[Mask, ...] = ()

    @cached_property
    def body(self) -> Any:
        """The object. Raises ManifestError."""
        return masked(self.manifest, self.masks)

    @property
    def kind(self) -> str:
        """The kind."""
        return self.manifest.kind

    @property
    def label(self) -> str:
        """What it is called: `Kind/name`."""
        return f"{self.manifest.kind}/{self.manifest.name}"

    @property
    def group(self) -> str:
        """The API group, empty for the first of Kubernetes."""
        group, slash, _ = self.manifest.api_version.partition("/")
        if group == "extensions":
            return _MOVED.get(self.kind, group)
        return group if slash else ""

    @cached_property
    def key(self) -> Key:
        """What makes it the one it is."""
        return Key(self.group, self.kind, place_of(self.manifest), self.manifest.name)

    @property
    def has_random_name(self) -> bool:
        """Tell whether another render gives it another name."""
        return any(not mask.paths and mask.covers(self.manifest) for mask in self.masks)


class Pair(NamedTuple):
    """One object in both releases."""

    old: Thing
    new: Thing


@dataclass(frozen=True)
class Pairing:
    """Objects in both releases, in one alone, and in both under two names."""

    same: tuple[Pair, ...]
    renamed: tuple[Pair, ...]
    removed: tuple[Thing, ...]
    added: tuple[Thing, ...]


def pair(old: Sequence[Thing], new: Sequence[Thing], *, may_be_renamed: bool) -> Pairing:
    """Pair objects, on request those under two names too. Raises ManifestError."""
    before, after = ({thing.key: thing for thing in side} for side in (old, new))
    same = tuple(Pair(thing, after[key]) for key, thing in before.items() if key in after)
    removed = [it for key, it in before.items() if key not in after and not it.has_random_name]
    added = [it for key, it in after.items() if key not in before and not it.has_random_name]
    renamed = tuple(_renamed(removed, added)) if may_be_renamed else ()
    paired = {id(thing) for both in renamed for thing in both}
    return Pairing(
        same,
        renamed,
        tuple(thing for thing in removed if id(thing) not in paired),
        tuple(thing for thing in added if id(thing) not in paired),
    )


def _renamed(removed: Sequence[Thing], added: Sequence[Thing]) -> Iterator[Pair]:
    """Give the pairs of one kind that are alike but for their names, the most alike first."""
    offers = [
        (ratio, Pair(one, other))
        for one in removed
        for other in added
        if (one.group, one.kind) == (other.group, other.kind)
        and (ratio := _likeness(one, other)) >= ALIKE
    ]
    taken: set[int] = set()
    for _, offer in sorted(offers, key=lambda it: -it[0]):
        if taken.isdisjoint(map(id, offer)):
            taken.update(map(id, offer))
            yield offer


def _likeness(one: Thing, other: Thing) -> float:
    """Compare two objects, their names and the labels left out of it, from 0 to 1."""
    ours, theirs = (yamlio.dump(_nameless(thing)).splitlines() for thing in (one, other))
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio()


def _nameless(thing: Thing) -> dict[str, Any]:
    body = {key: value for key, value in thing.body.items() if key != "metadata"}
    # A name is found again in selectors, claims and the like.
    text = yamlio.dump(body).replace(thing.manifest.name, "NAME")
    loaded = yamlio.load(text)
    assert isinstance(loaded, dict)  # noqa: S101 - a name is replaced by a plain word
    return loaded
