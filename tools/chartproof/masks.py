"""What a snapshot leaves out, as data: the objects, and the ways to the values in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chartproof.manifest import Manifest

MASKED = "<masked>"
"""What stands in a snapshot in place of a masked value."""

_Tokens = tuple[str, ...]


@dataclass(frozen=True)
class Mask:
    """Values that change from render to render.

    `object` is a pattern for `Kind/name`, with the full name or with the short one that snapshot
    files have; `paths` are JSON pointers (RFC 6901), in which `*` stands for any one key or index.
    """

    object: str
    paths: tuple[str, ...]

    def covers(self, manifest: Manifest) -> bool:
        """Tell whether it is about an object."""
        names = {manifest.name, manifest.short_name}
        return any(fnmatchcase(f"{manifest.kind}/{name}", self.object) for name in names)


def masked(manifest: Manifest, masks: Sequence[Mask]) -> Mapping[str, Any]:
    """Give the body of an object with what `masks` cover replaced; the body itself stays."""
    body: Any = manifest.body
    for mask in masks:
        if mask.covers(manifest):
            for pointer in mask.paths:
                body = _replaced(body, tokens_of(pointer))
    assert isinstance(body, Mapping)  # noqa: S101 - a pointer has at least one token
    return body


def tokens_of(pointer: str) -> _Tokens:
    """Split a JSON pointer. Raises ValueError for what is none, or points at the whole object."""
    if not re.fullmatch(r"(?:/(?:[^~]|~[01])*)+", pointer) or pointer == "/":
        raise ValueError(pointer)
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def pointer_of(path: Sequence[str | int]) -> str:
    """Write a path as a JSON pointer."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)


def _replaced(body: Any, tokens: _Tokens) -> Any:
    """Copy `body` with what the tokens lead to replaced."""
    if not tokens:
        return MASKED
    token, *rest = tokens
    steps = list(_steps(body, token))
    if not steps:
        return body
    changed = body.copy()
    for step in steps:
        changed[step] = _replaced(body[step], tuple(rest))
    return changed


def _steps(body: Any, token: str) -> Iterator[Any]:
    """Give the keys or indices of `body` that a token stands for."""
    if isinstance(body, dict):
        yield from (key for key in body if token in ("*", str(key)))
    elif isinstance(body, list):
        yield from (index for index in range(len(body)) if token in ("*", str(index)))
