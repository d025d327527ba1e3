"""What the ConfigMaps and Secrets of a release hold, as a container is given it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from chartproof.errors import ChartproofError, nearest
from chartproof.release import Release
from chartproof.walk import fields


class Data:
    """Looks up ConfigMaps and Secrets by kind and name; only those of the release exist."""

    def __init__(self, release: Release) -> None:
        self._release = release

    def entries(self, kind: str, name: str, *, optional: bool = False) -> Mapping[str, bytes]:
        """Return all entries of an object. Raises ChartproofError when it is missing."""
        there = {found.name: found for found in self._release.of_kind(kind)}
        if name not in there:
            if optional:
                return {}
            raise ChartproofError(
                f"{kind}/{name} is not in the release{_hint(name, there)}; "
                "as processes, no other objects exist"
            )
        body = there[name].body
        plain, encoded = ("stringData", "data") if kind == "Secret" else ("data", "binaryData")
        try:
            decoded = {
                key: base64.b64decode(text, validate=True)
                for key, text in fields(body, encoded).items()
            }
        except (binascii.Error, TypeError) as error:
            raise ChartproofError(f"{kind}/{name}: {encoded} is not base64: {error}") from error
        return decoded | {key: str(text).encode() for key, text in fields(body, plain).items()}

    def entry(self, kind: str, name: str, key: str, *, optional: bool = False) -> bytes | None:
        """Return one entry, None for a missing one that is optional."""
        entries = self.entries(kind, name, optional=optional)
        if key not in entries and not optional:
            raise ChartproofError(f"{kind}/{name} has no key {key}{_hint(key, entries)}")
        return entries.get(key)


def _hint(name: str, known: Mapping[str, object]) -> str:
    near = nearest(name, known)
    return f" (did you mean {near}?)" if near else ""
