"""How long names, labels and keys may be, and of what characters.

Sources: "Object Names and IDs" and "Labels and Selectors" of the Kubernetes documentation, and
apimachinery's pkg/util/validation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartproof.manifest import Manifest
from chartproof.walk import each, fields
from chartproof.wiring.pods import Pod
from chartproof.yamlio import Path

Fault = tuple[Path, str]
"""Where a name stands, and what is wrong with it."""

_WORD = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"


@dataclass(frozen=True)
class _Form:
    """What a name must look like, in words too."""

    pattern: re.Pattern[str]
    longest: int
    described: str

    def fault(self, what: str, name: str) -> str | None:
        """Say what is wrong with a name, or None."""
        if len(name) > self.longest:
            return f"{what} {name!r} has {len(name)} characters, {self.longest} are allowed"
        if not self.pattern.fullmatch(name):
            return f"{what} {name!r} is not made of {self.described}"
        return None


def _label(longest: int = 63) -> _Form:
    described = "lower case letters, digits and '-', with a letter or digit at both ends"
    return _Form(re.compile(_WORD), longest, described)


def _subdomain(longest: int = 253) -> _Form:
    described = "lower case letters, digits, '-' and '.', with a letter or digit at both ends"
    return _Form(re.compile(rf"{_WORD}(?:\.{_WORD})*"), longest, described)


_SERVICE = _Form(
    re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?"),
    63,
    "lower case letters, digits and '-', with a letter first and no '-' last",
)
_WORDS = "letters, digits, '-', '_' and '.', with a letter or digit at both ends"
_LABEL_NAME = _Form(re.compile(r"[A-Za-z0-9](?:[-.\w]*[A-Za-z0-9])?", re.ASCII), 63, _WORDS)
_LABEL_VALUE = _Form(re.compile(rf"(?:{_LABEL_NAME.pattern.pattern})?", re.ASCII), 63, _WORDS)
_DATA_KEY = _Form(re.compile(r"[-.\w]+", re.ASCII), 253, "letters, digits, '-', '_' and '.'")
_PORT_NAME = _label(15)

# A StatefulSet's pods carry its name and a hash as a label, a CronJob's Jobs a time after its own.
_OF_KIND = {
    "Service": _SERVICE,
    "Namespace": _label(),
    "StatefulSet": _subdomain(52),
    "CronJob": _subdomain(52),
    "Job": _subdomain(63),
}
_FREE = {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}


def faults(manifest: Manifest) -> Iterator[Fault]:
    """Give every name, label and key of an object that Kubernetes would refuse."""
    if manifest.name and manifest.kind not in _FREE:
        form = _OF_KIND.get(manifest.kind, _subdomain())
        yield from _told(("metadata", "name"), form.fault("the name", manifest.name))
    yield from _of_metadata(manifest, ("metadata",))
    if manifest.kind in ("ConfigMap", "Secret"):
        for field in ("data", "stringData", "binaryData"):
            for key in fields(manifest.body, field):
                yield from _told((field, key), _DATA_KEY.fault("the key", str(key)))


def faults_of_pod(pod: Pod) -> Iterator[Fault]:
    """Give the same for a pod: its labels, and the names of containers, ports and volumes."""
    if pod.path:
        yield from _of_metadata(pod.owner, (*pod.path, "metadata"))
    for path, container in pod.containers():
        yield from _named(path, container, "the container", _label())
        for at, port in each(pod.owner.body, *path, "ports"):
            yield from _named(at, port, "the port", _PORT_NAME)
    for at, volume in each(pod.owner.body, *pod.spec, "volumes"):
        yield from _named(at, volume, "the volume", _label())


def _of_metadata(manifest: Manifest, path: Path) -> Iterator[Fault]:
    for field in ("labels", "annotations"):
        for key, value in fields(manifest.body, *path, field).items():
            at = (*path, field, key)
            # Of annotations the API server takes the key in lower case.
            written = str(key).lower() if field == "annotations" else str(key)
            prefix, _, name = written.rpartition("/")
            yield from _told(at, _LABEL_NAME.fault("the key", name))
            if prefix:
                yield from _told(at, _subdomain().fault("the prefix", prefix))
            if field == "labels" and isinstance(value, str):
                yield from _told(at, _LABEL_VALUE.fault("the label", value))


def _named(path: Path, item: dict[str, Any], what: str, form: _Form) -> Iterator[Fault]:
    name = item.get("name")
    if isinstance(name, str):
        yield from _told((*path, "name"), form.fault(what, name))


def _told(path: Path, fault: str | None) -> Iterator[Fault]:
    if fault:
        yield path, fault
