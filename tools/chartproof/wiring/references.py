"""Every place where a pod asks for a ConfigMap or a Secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each, fields
from chartproof.wiring.pods import Pod, pods
from chartproof.yamlio import Path

CONFIG_MAP, SECRET = "ConfigMap", "Secret"


@dataclass(frozen=True)
class Reference:
    """One request for an object, or for one key of it; `path` leads to its name.

    `key_path` leads to the key, and is the same as `path` where the whole object is asked for.
    """

    manifest: Manifest
    kind: str
    name: str
    path: Path
    key: str | None = None
    key_path: Path = ()
    optional: bool = False


def references(release: Release) -> Iterator[Reference]:
    """Give all references of the release."""
    for pod in pods(release):
        yield from _of_environment(pod)
        yield from _of_volumes(pod)


def find(release: Release, reference: Reference) -> Manifest | None:
    """Return the object that a reference names, or None."""
    for manifest in release.of_kind(reference.kind):
        if (manifest.name, manifest.namespace) == (reference.name, reference.manifest.namespace):
            return manifest
    return None


def _of_environment(pod: Pod) -> Iterator[Reference]:
    body = pod.owner.body
    for container, _ in pod.containers():
        for at, _ in each(body, *container, "envFrom"):
            yield from _whole(pod, (*at, "configMapRef"), CONFIG_MAP)
            yield from _whole(pod, (*at, "secretRef"), SECRET)
        for at, _ in each(body, *container, "env"):
            yield from _one_key(pod, (*at, "valueFrom", "configMapKeyRef"), CONFIG_MAP)
            yield from _one_key(pod, (*at, "valueFrom", "secretKeyRef"), SECRET)


def _of_volumes(pod: Pod) -> Iterator[Reference]:
    body = pod.owner.body
    for volume, _ in each(body, *pod.spec, "volumes"):
        yield from _files(pod, (*volume, "configMap"), CONFIG_MAP)
        yield from _files(pod, (*volume, "secret"), SECRET, name="secretName")
        for source, _ in each(body, *volume, "projected", "sources"):
            yield from _files(pod, (*source, "configMap"), CONFIG_MAP)
            yield from _files(pod, (*source, "secret"), SECRET)


def _whole(pod: Pod, path: Path, kind: str, name: str = "name") -> Iterator[Reference]:
    """Give the reference at `path` to a whole object, if there is one."""
    source = dig(pod.owner.body, *path)
    if isinstance(source, dict):
        yield Reference(
            pod.owner, kind, _text(source.get(name)), (*path, name), optional=_optional(source)
        )


def _one_key(pod: Pod, path: Path, kind: str) -> Iterator[Reference]:
    """Give the reference at `path` to one key, if there is one."""
    source = fields(pod.owner.body, *path)
    if source:
        yield Reference(
            pod.owner,
            kind,
            _text(source.get("name")),
            (*path, "name"),
            _text(source.get("key")),
            (*path, "key"),
            _optional(source),
        )


def _files(pod: Pod, path: Path, kind: str, name: str = "name") -> Iterator[Reference]:
    """Give the references of a volume's source: the object, and the keys it picks."""
    source = fields(pod.owner.body, *path)
    yield from _whole(pod, path, kind, name)
    for item, picked in each(pod.owner.body, *path, "items"):
        yield Reference(
            pod.owner,
            kind,
            _text(source.get(name)),
            (*path, name),
            _text(picked.get("key")),
            (*item, "key"),
            _optional(source),
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _optional(source: dict[str, Any]) -> bool:
    return source.get("optional") is True
