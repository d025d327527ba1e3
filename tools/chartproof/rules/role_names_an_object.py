"""What a Role lets its holder use by name is rendered.

`resourceNames` that name nothing give rights to nothing, and the program that needs them gets a
403. Looked at are rules about kinds that a chart renders, such as Secrets, ConfigMaps and
Deployments; not about Pods, Leases and Endpoints, which others make, and not where a role of the
release lets a program create such objects: it may make the one that is named. It is a warning where
the name carries the release's or is close to that of a rendered object. Other names, those that a
value gives, and what an operator or controller makes are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Finding, Severity
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each
from chartproof.wiring.given import Givers
from chartproof.wiring.made import made
from chartproof.wiring.operators import maker_of
from chartproof.wiring.rights import kinds_of, may_make
from chartproof.wiring.scope import OF_THE_SYSTEM, is_everywhere, place_of
from chartproof.yamlio import Path

SEVERITIES = (Severity.WARNING,)


def check(release: Release) -> Iterator[Finding]:
    """Find names in Roles that no object of these kinds has."""
    givers, others = Givers(release), set(made(release))
    for role in release.of_kind("Role"):
        for at, rule in each(role.body, "rules"):
            kinds = kinds_of(rule)
            if role.namespace in OF_THE_SYSTEM or may_make(release, *kinds.values()):
                continue
            there = [one for one in release.of_kind(*kinds) if place_of(one) == role.namespace]
            known = [one.name for one in there]
            for below, name in _names(rule):
                path, hint = (*at, *below), nearest(name, known)
                asked = [(kind, role.namespace, name) for kind in kinds]
                is_there = name in known or any(it in others or is_everywhere(*it) for it in asked)
                is_own = bool(asked and (hint or release.options.release in name))
                # Last, as it renders the chart again.
                if is_own and not is_there and not _is_by_others(givers, role, path, name):
                    message = f"the chart renders no {' or '.join(kinds)} {name!r}"
                    severity = Severity.WARNING
                    yield Finding.at(role, path, message, hint=hint, severity=severity)


def _is_by_others(givers: Givers, role: Manifest, path: Path, name: str) -> bool:
    return bool(maker_of(givers.release, name) or givers.of(role, path, name))


def _names(rule: dict[str, Any]) -> Iterator[tuple[tuple[str, int], str]]:
    """Give path, below the rule, and text of each name."""
    names = dig(rule, "resourceNames")
    for index, name in enumerate(names if isinstance(names, list) else []):
        yield ("resourceNames", index), str(name)
