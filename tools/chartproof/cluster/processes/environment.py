"""A container's environment variables, as the kubelet works them out.

Left out are those that Kubernetes adds by itself: its own address and, with service links, that of
every Service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chartproof.cluster.processes.data import Data
from chartproof.cluster.processes.pods import Pod
from chartproof.errors import ChartproofError, nearest
from chartproof.walk import each, fields

# $(NAME), or $$ that stands for one $.
_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)")
_KEYED = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")
# The fields of an envFrom source or of valueFrom, by what they read.
FROM_OBJECTS = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
FROM_KEYS = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}


def environment(container: Mapping[str, Any], pod: Pod, data: Data) -> dict[str, str]:
    """Return the variables of a container of `pod`: envFrom first, then env over it, in order.

    Raises ChartproofError for what does not exist.
    """
    found: dict[str, str] = {}
    for _, source in each(container, "envFrom"):
        found.update(_from_objects(source, data))
    for _, variable in each(container, "env"):
        text = _value(variable, found, pod, data)
        if text is not None:
            found[str(variable["name"])] = text
    return found


def expand(text: str, known: Mapping[str, str]) -> str:
    """Replace `$(NAME)` by what is known; an unknown name stays as it is, `$$` is one `$`."""

    def replacement(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else known.get(match[1], match[0])

    return _REFERENCE.sub(replacement, text)


def pod_field(pod: Pod, path: str) -> str:
    """Return what the downward API gives for a field. Raises ChartproofError for an unknown one."""
    if keyed := _KEYED.fullmatch(path):
        return str((pod.labels if keyed[1] == "labels" else pod.annotations).get(keyed[2], ""))
    known = {
        "metadata.name": pod.name,
        "metadata.namespace": pod.namespace,
        "spec.serviceAccountName": str(pod.spec.get("serviceAccountName", "default")),
        "status.podIP": str(pod.address),
        "status.podIPs": str(pod.address),
    }
    if path not in known:
        near = nearest(path, known)
        hint = f" (did you mean {near}?)" if near else ""
        raise ChartproofError(f"{pod.name}: a process has no field {path}{hint}")
    return known[path]


def _from_objects(source: Mapping[str, Any], data: Data) -> Iterator[tuple[str, str]]:
    for field, kind in FROM_OBJECTS.items():
        if field in source:
            optional = bool(source[field].get("optional"))
            entries = data.entries(kind, source[field]["name"], optional=optional)
            for key, value in entries.items():
                yield f"{source.get('prefix', '')}{key}", value.decode()


def _value(
    variable: Mapping[str, Any], known: Mapping[str, str], pod: Pod, data: Data
) -> str | None:
    source = fields(variable, "valueFrom")
    if not source:
        return expand(str(variable.get("value", "")), known)
    for field, kind in FROM_KEYS.items():
        if field in source:
            wanted = source[field]
            optional = bool(wanted.get("optional"))
            value = data.entry(kind, wanted["name"], wanted["key"], optional=optional)
            return None if value is None else value.decode()
    if "fieldRef" in source:
        return pod_field(pod, source["fieldRef"]["fieldPath"])
    raise ChartproofError(
        f"{pod.name}: {variable['name']} comes from {', '.join(source)}, which processes lack"
    )
