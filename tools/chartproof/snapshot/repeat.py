"""Output that is another one in every render: found by rendering twice, and what masks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chartproof.manifest import Manifest
from chartproof.masks import Mask, masked, pointer_of
from chartproof.release import Release
from chartproof.snapshot.names import by_file_name
from chartproof.yamlio import Path


def random_values(once: Release, again: Release, masks: Sequence[Mask]) -> list[Mask]:
    """Compare two renders of one case under its masks; give the masks that are missing.

    What only one of the renders has is an object with a random name: its mask has no paths.
    """
    if once.documents == again.documents:
        return []  # long CRDs are not parsed for this
    first, second = (by_file_name(release.manifests) for release in (once, again))
    missing = []
    for name in sorted({*first, *second}):
        ours, theirs = first.get(name, ()), second.get(name, ())
        if len(ours) != len(theirs):
            missing += [Mask(_label(manifest), ()) for manifest in ours or theirs]
        for one, other in zip(ours, theirs, strict=False):
            paths = differing(masked(one, masks), masked(other, masks))
            if pointers := tuple(map(pointer_of, paths)):
                missing.append(Mask(_label(one), pointers))
    return missing


def differing(one: Any, other: Any, path: Path = ()) -> Iterator[Path]:
    """Give the ways to what differs, as deep as the shapes are alike."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from differing(one[key], other[key], (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (ours, theirs) in enumerate(zip(one, other, strict=True)):
            yield from differing(ours, theirs, (*path, index))
    elif one != other:
        yield path


def proposal(masks: Sequence[Mask], file: str) -> Iterator[str]:
    """Say what is random, and what to write into `file`, a line each."""
    yield "random output: two renders of this case differ. Give the values it is made from in the"
    yield f"case, or leave it out of the snapshots in {file}:"
    yield "masks:"
    for mask in masks:
        if mask.paths:
            yield f"- object: {mask.object}"
            yield f"  paths: [{', '.join(mask.paths)}]"
        else:
            yield f"# {mask.object}: its name is random, which no mask can hide"


def _label(manifest: Manifest) -> str:
    return f"{manifest.kind}/{manifest.short_name}"
