"""Addresses that clients of a running release use, and that an upgrade takes away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.diff.change import Change
from chartproof.diff.level import Level
from chartproof.diff.pairing import Pair
from chartproof.diff.restarts import TEMPLATE
from chartproof.diff.upgrade import Upgrade
from chartproof.walk import dig, each, fields
from chartproof.wiring.pods import unmatched

_REACH = ("ClusterIP", "NodePort", "LoadBalancer")
"""Types of a Service, each reached from wherever the one before is reached."""


def addresses(upgrade: Upgrade) -> Iterator[Change]:
    """Give ports, types and hosts that are gone, and Services that have no pod for a while."""
    for pair in upgrade.objects.same:
        if pair.old.kind == "Service":
            yield from _ports(pair)
            yield from _type(pair)
            yield from _gap(pair, upgrade)
        if pair.old.kind == "Ingress" or pair.old.kind.endswith("Route"):
            yield from _hosts(pair)


def _ports(pair: Pair) -> Iterator[Change]:
    before, after = ({_port(port) for _, port in each(it.body, "spec", "ports")} for it in pair)
    for port in sorted(before - after):
        message = f"no longer answers on {port}"
        if added := sorted(after - before):
            message += f"; new: {', '.join(added)}"
        yield Change("port-removed", Level.MAJOR, pair.old.label, message, "spec.ports")


def _port(port: dict[str, Any]) -> str:
    return f"{port.get('port')}/{port.get('protocol') or 'TCP'}"


def _type(pair: Pair) -> Iterator[Change]:
    old, new = (str(dig(side.body, "spec", "type") or "ClusterIP") for side in pair)
    if old == new:
        return
    is_reached = old in _REACH and new in _REACH and _REACH.index(new) > _REACH.index(old)
    message = f"is {new} in place of {old}"
    if not is_reached:
        message += ": it is no longer reached as before"
    level = Level.MINOR if is_reached else Level.MAJOR
    yield Change("service-type-changes", level, pair.old.label, message, "spec.type")


def _gap(pair: Pair, upgrade: Upgrade) -> Iterator[Change]:
    """Tell of a Service that at once asks for labels which its old pods do not carry."""
    old, new = (fields(side.body, "spec", "selector") for side in pair)
    if not new or old == new:
        return
    for workload in (it.old for it in upgrade.objects.same if it.old.kind in TEMPLATE):
        labels = fields(workload.body, *TEMPLATE[workload.kind], "metadata", "labels")
        if old and not unmatched(old, labels) and (missed := unmatched(new, labels)):
            told = ", ".join(f"{label}={new[label]}" for label in missed)
            yield Change(
                "service-without-pods",
                Level.MINOR,
                pair.old.label,
                f"asks for {told}, which the running pods of {workload.label} do not carry: it"
                " leads nowhere until new ones are ready",
                field="spec.selector",
            )


def _hosts(pair: Pair) -> Iterator[Change]:
    """Give the hosts that are gone, and the paths of those that stay; `*` is any host."""
    before, after = (_routes(side.body) for side in pair)
    for host in sorted(before):
        if host not in after:
            message = f"no longer answers for {host}"
            yield Change("host-removed", Level.MAJOR, pair.old.label, message, "spec")
            continue
        for path in sorted(before[host] - after[host]):
            message = f"no longer answers for {host}{path}"
            yield Change("path-removed", Level.MAJOR, pair.old.label, message, "spec")


def _routes(body: Any) -> dict[str, set[str]]:
    """Return the paths of an Ingress or a route, by host."""
    names = dig(body, "spec", "hostnames")
    given = [str(name) for name in (names if isinstance(names, list) else [])]
    hosts: dict[str, set[str]] = {name: set() for name in given}
    of_route = given or ["*"]
    for _, rule in each(body, "spec", "rules"):
        matches = [path.get("path") for _, path in each(rule, "http", "paths")]
        matches += [dig(match, "path", "value") for _, match in each(rule, "matches")]
        for host in [str(rule["host"])] if rule.get("host") else of_route:
            hosts.setdefault(host, set()).update(str(path) for path in matches if path)
    return hosts
