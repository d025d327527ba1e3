"""Texts in objects that programs read: environment variables and the data of configuration."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each, fields
from chartproof.wiring.pods import pods
from chartproof.yamlio import Path


def texts(release: Release) -> Iterator[tuple[Manifest, Path]]:
    """Give every environment variable with a value, and every entry of a ConfigMap or Secret."""
    for pod in pods(release):
        for container, _ in pod.containers():
            for at, _ in each(pod.owner.body, *container, "env"):
                yield pod.owner, (*at, "value")
    for manifest in release.of_kind("ConfigMap", "Secret"):
        for field in ("data", "stringData"):
            for key in fields(manifest.body, field):
                yield manifest, (field, key)


def text_at(manifest: Manifest, path: Path) -> str:
    """Return the text at `path` as a program gets it: the data of a Secret decoded.

    It is empty where there is none, or bytes that are no text.
    """
    value = dig(manifest.body, *path)
    text = "" if value is None else str(value)
    if manifest.kind != "Secret" or path[0] != "data":
        return text
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
