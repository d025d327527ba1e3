"""Texts in objects that programs read: variables, arguments and the data of configuration."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each, fields
from chartproof.wiring.pods import Pod, pods
from chartproof.yamlio import Path

_COMMANDS: tuple[Path, ...] = (
    ("command",),
    ("args",),
    *(
        (*caller, "exec", "command")
        for caller in (
            *(("startupProbe",), ("livenessProbe",), ("readinessProbe",)),
            *(("lifecycle", "postStart"), ("lifecycle", "preStop")),
        )
    ),
)


def texts(release: Release) -> Iterator[tuple[Manifest, Path]]:
    """Give every variable with a value, argument, entry of a ConfigMap or Secret.

    And the metadata of KEDA's triggers, and the host that an ExternalName Service stands for.
    """
    for pod in pods(release):
        for container, _ in pod.containers():
            yield from texts_of(pod, container)
    for manifest in release.of_kind("ConfigMap", "Secret"):
        for field in ("data", "stringData"):
            for key in fields(manifest.body, field):
                yield manifest, (field, key)
    for scaler in release.of_kind("ScaledObject", "ScaledJob"):
        for at, _ in each(scaler.body, "spec", "triggers"):
            for key in fields(scaler.body, *at, "metadata"):
                yield scaler, (*at, "metadata", key)
    for service in release.of_kind("Service"):
        yield service, ("spec", "externalName")


def texts_of(pod: Pod, container: Path) -> Iterator[tuple[Manifest, Path]]:
    """Give every variable with a value, argument and command of the container at a path."""
    body = pod.owner.body
    for at, _ in each(body, *container, "env"):
        yield pod.owner, (*at, "value")
    for command in _COMMANDS:
        words = dig(body, *container, *command)
        for index in range(len(words) if isinstance(words, list) else 0):
            yield pod.owner, (*container, *command, index)


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
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def name_of(manifest: Manifest, path: Path) -> str:
    """Return the name a text goes by: of a variable its own, else the key it stands under."""
    return str(dig(manifest.body, *path[:-1], "name") or path[-1])


def without_comments(text: str) -> str:
    """Leave out the comments of a file of several lines, keeping the number of its lines."""
    if "\n" not in text.strip():
        return text
    comments = ("#", "//", ";", "-- ")
    lines = text.splitlines()
    return "\n".join("" if line.lstrip().startswith(comments) else line for line in lines)
