"""A pod's volumes as folders: files of ConfigMaps and Secrets, or empty ones to write to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartproof.cluster.processes.data import Data
from chartproof.cluster.processes.environment import pod_field
from chartproof.cluster.processes.pods import Pod
from chartproof.errors import ChartproofError
from chartproof.walk import each, fields

DEFAULT_MODE = 0o644
# The source of a volume or of one part of a projected volume: the field that names the object.
OBJECTS = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}


@dataclass(frozen=True)
class File:
    """What a file in a volume holds, and its permissions."""

    content: bytes
    mode: int = DEFAULT_MODE


def volume_files(volume: Mapping[str, Any], pod: Pod, data: Data) -> dict[str, File]:
    """Return the files that Kubernetes puts into a volume, by their path in it.

    Raises ChartproofError for a kind of volume that processes cannot have.
    """
    match volume:
        case {"configMap": source} | {"secret": source} | {"downwardAPI": source}:
            return dict(_files(volume, pod, data, source.get("defaultMode", DEFAULT_MODE)))
        case {"projected": projected}:
            mode = projected.get("defaultMode", DEFAULT_MODE)
            parts = [part for _, part in each(projected, "sources")]
            return {path: file for part in parts for path, file in _files(part, pod, data, mode)}
        case {"emptyDir": _} | {"persistentVolumeClaim": _}:
            return {}
    kinds = ", ".join(field for field in volume if field != "name")
    raise ChartproofError(f"{pod.name}: volume {volume['name']} is {kinds}, which processes lack")


def fill(folder: Path, files: Mapping[str, File]) -> None:
    """Write the files of a volume."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
        target.chmod(file.mode)


def volumes(pod: Pod) -> list[dict[str, Any]]:
    """Return the volumes of a pod, those that its StatefulSet claims for it among them."""
    templates = [
        template for _, template in each(pod.workload.body, "spec", "volumeClaimTemplates")
    ]
    names = [fields(template, "metadata").get("name") for template in templates]
    claimed = [
        {"name": name, "persistentVolumeClaim": {"claimName": f"{name}-{pod.name}"}}
        for name in names
    ]
    return [*claimed, *(volume for _, volume in each(pod.spec, "volumes"))]


def _files(
    source: Mapping[str, Any], pod: Pod, data: Data, mode: int
) -> Iterator[tuple[str, File]]:
    for field, (kind, name_field) in OBJECTS.items():
        if field in source:
            yield from _object_files(source[field], kind, name_field, data, mode)
    for _, item in each(source, "downwardAPI", "items"):
        text = pod_field(pod, item["fieldRef"]["fieldPath"])
        yield item["path"], File(text.encode(), item.get("mode", mode))
    if "serviceAccountToken" in source:
        raise ChartproofError(f"{pod.name}: processes have no service account token")


def _object_files(
    source: Mapping[str, Any], kind: str, name_field: str, data: Data, mode: int
) -> Iterator[tuple[str, File]]:
    """Give the entries of an object, or only the picked ones under the paths they are given."""
    # In a projected volume a Secret's name stands under `name` as well.
    name = source.get(name_field) or source["name"]
    optional = bool(source.get("optional"))
    items = source.get("items")
    if items is None:
        for key, content in data.entries(kind, name, optional=optional).items():
            yield key, File(content, mode)
        return
    for item in items:
        picked = data.entry(kind, name, item["key"], optional=optional)
        if picked is not None:
            yield item["path"], File(picked, item.get("mode", mode))
