"""Every wire of a release: each single way in which one object leads to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from chartproof.graph.model import Key, key_of
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each, fields
from chartproof.wiring.addresses import Address, addresses
from chartproof.wiring.backends import asked_port, is_backend
from chartproof.wiring.hosts import is_own, service_of
from chartproof.wiring.monitors import ENDPOINTS, chosen, in_sight
from chartproof.wiring.places import SERVICE
from chartproof.wiring.pods import Pod, selected
from chartproof.wiring.references import Reference, references
from chartproof.wiring.scope import is_everywhere
from chartproof.wiring.selectors import POLICIES, governed, is_empty
from chartproof.wiring.services import is_alias
from chartproof.yamlio import Path

HOST, CLAIM = "Host", "PersistentVolumeClaim"
"""Kinds of things that no template renders: a machine elsewhere, and the claim of each pod."""
_TELLING = {
    *("env", "envFrom", "volumes", "imagePullSecrets", "subjects", "tls", "tlsConfig"),
    *("defaultBackend", "triggers", "listeners", "requestMirror"),
}
_CALLED = {"serviceAccountName": "runs as", "volumes": "volume", "triggers": "trigger"}


@dataclass(frozen=True)
class Wire:
    """One way in which an object leads to `target`; `paths` are the fields that make it so."""

    manifest: Manifest
    target: Key
    how: str
    paths: tuple[Path, ...]

    @property
    def source(self) -> Key:
        """The key of the object that leads there."""
        return key_of(self.manifest)


def wires(release: Release) -> Iterator[Wire]:
    """Give the wires of a release, by kind of wire; none leads from an object to itself."""
    for find in (_of_routes, _of_services, _of_policies, _of_monitors, _of_claims, _of_addresses):
        yield from (wire for wire in find(release) if wire.source != wire.target)
    yield from (_of_reference(reference) for reference in references(release) if reference.name)


def _of_reference(reference: Reference) -> Wire:
    paths = (reference.path, reference.key_path) if reference.key_path else (reference.path,)
    how = _field(reference.path)
    if is_backend(reference):
        at, port = asked_port(reference)
        paths = (*paths, at)
        how = f"port {port}" if port is not None else how
    return Wire(reference.manifest, reference.target, how, paths)


def _field(path: Path) -> str:
    """Return the name of the field that says best what a reference is for."""
    steps = [step for step in path if isinstance(step, str)]
    telling = next((step for step in steps if step in _TELLING), None)
    last = next((step for step in reversed(steps) if step != "name"), "")
    field = telling or last
    return _CALLED.get(field, field)


def _of_routes(release: Release) -> Iterator[Wire]:
    """Lead from a Gateway to the routes that hang on it, the way requests go."""
    gateways = {key_of(gateway): gateway for gateway in release.of_kind("Gateway")}
    for route in release.manifests:
        for at, parent in each(route.body, "spec", "parentRefs"):
            kind = str(parent.get("kind") or "Gateway")
            namespace = str(parent.get("namespace") or route.namespace)
            key = kind, namespace, str(parent.get("name"))
            if key in gateways:
                yield Wire(gateways[key], key_of(route), "parentRefs", ())
            else:
                yield Wire(route, key, "parentRefs", ((*at, "name"),))


def _of_services(release: Release) -> Iterator[Wire]:
    for service in release.of_kind(SERVICE):
        selector = fields(service.body, "spec", "selector")
        if is_alias(service) or not selector:
            continue
        found = selected(release, service)
        for pod in found:
            yield from _to_pod(service, pod)
        if not found:
            yield _to_nothing(service, ("spec", "selector"), selector)


def _to_pod(service: Manifest, pod: Pod) -> Iterator[Wire]:
    """Give a wire for each port of a Service, or one that says that it has none."""
    target = key_of(pod.owner)
    by_name = {str(port.get("name")): port.get("containerPort") for port in pod.ports()}
    ports = list(each(service.body, "spec", "ports"))
    for at, port in ports:
        number, asked = port.get("port"), port.get("targetPort", port.get("port"))
        inside = by_name.get(str(asked), asked)
        name = f"{port['name']} " if port.get("name") else ""
        how = f"{name}{number}" if inside == number else f"{name}{number} → {inside}"
        yield Wire(service, target, how, ((*at, "targetPort"), (*at, "port")))
    if not ports:
        yield Wire(service, target, "selects", (("spec", "selector"),))


def _to_nothing(manifest: Manifest, path: Path, selector: Mapping[str, Any]) -> Wire:
    """Lead to the pods that should be there."""
    # What tells this selector from others comes last in most charts: name, instance, component.
    wanted = ", ".join(f"{str(key).rpartition('/')[2]}={selector[key]}" for key in selector)
    return Wire(manifest, ("Pod", manifest.namespace, wanted), "selects none", (path,))


def _of_policies(release: Release) -> Iterator[Wire]:
    for policy in release.of_kind(*POLICIES):
        path = ("spec", POLICIES[policy.kind])
        selector = fields(policy.body, *path)
        found = [] if is_empty(selector) else governed(release, policy)
        for pod in found:
            yield Wire(policy, key_of(pod.owner), "selects", (path,))
        if not found and not is_empty(selector):
            yield _to_nothing(policy, path, fields(selector, "matchLabels"))


def _of_monitors(release: Release) -> Iterator[Wire]:
    for monitor in release.of_kind(*ENDPOINTS):
        path = ("spec", "selector")
        found = chosen(monitor, in_sight(release, monitor))
        for target in found:
            for at, endpoint in each(monitor.body, "spec", ENDPOINTS[monitor.kind]):
                port = endpoint.get("port") or endpoint.get("targetPort")
                paths = ((*at, "port"), (*at, "targetPort"))
                yield Wire(monitor, key_of(target.manifest), f"scrapes {port}", paths)
        if not found and not fields(monitor.body, "spec", "namespaceSelector"):
            wanted = fields(monitor.body, *path, "matchLabels")
            missing = _to_nothing(monitor, path, wanted)
            kind = monitor.kind.removesuffix("Monitor")
            yield Wire(monitor, (kind, *missing.target[1:]), missing.how, missing.paths)


def _of_claims(release: Release) -> Iterator[Wire]:
    """Lead from a StatefulSet to the claims that are made for each of its pods."""
    for workload in release.of_kind("StatefulSet"):
        for at, _ in each(workload.body, "spec", "volumeClaimTemplates"):
            name = f"{dig(workload.body, *at, 'metadata', 'name')}-{workload.name}"
            yield Wire(workload, (CLAIM, workload.namespace, name), "per pod", (at,))


def _of_addresses(release: Release) -> Iterator[Wire]:
    services = {(one.namespace, one.name) for one in release.of_kind(SERVICE)}
    for address in addresses(release):
        service = service_of(release, address)
        if service in services:
            key: Key = (SERVICE, *service)
        elif service is None:
            if not _is_elsewhere(address):
                continue
            key = HOST, "", address.host
        elif is_everywhere(SERVICE, *service):
            continue
        elif address.is_certain or is_own(release, service[1]) or ".svc" in address.host:
            key = (SERVICE, *service)
        else:
            continue
        called = address.called if address.called.endswith("://") else "host"
        how = f"{called} {address.port}" if address.port else called
        yield Wire(address.manifest, key, how, (address.path,))


def _is_elsewhere(address: Address) -> bool:
    """Tell whether an address leads to a machine that is neither in the release nor this one."""
    if not address.is_certain or address.host == "localhost" or address.host.isdecimal():
        return False
    try:
        ip = ip_address(address.host)
    except ValueError:
        return True
    return not (ip.is_loopback or ip.is_unspecified)
