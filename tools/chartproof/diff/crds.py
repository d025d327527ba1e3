"""Definitions of custom resources, those of crds/ and those among the templates.

Helm installs what is in crds/ once and never touches it again (helm.sh/docs/chart_best_practices/
custom_resource_definitions); a template's definition it upgrades, and deletes with all objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chartproof.diff.change import Change
from chartproof.diff.level import Level
from chartproof.diff.schema_comparison import Comparison, Given
from chartproof.diff.upgrade import Upgrade
from chartproof.walk import each, fields

KIND = "CustomResourceDefinition"
_BY_HAND = "Helm never upgrades what is in crds/: it has to be applied by hand"


def definitions(upgrade: Upgrade) -> Iterator[Change]:
    """Give what changes in the definitions that both charts have, and what crds/ lacks since."""
    before, after = (_in_folder(side.crds) for side in (upgrade.old, upgrade.new))
    for name in sorted(before.keys() | after.keys()):
        label = f"{KIND}/{name}"
        if name not in after:
            message = "is gone from crds/, and stays in the cluster"
            yield Change("definition-left-behind", Level.MINOR, label, message)
        elif name not in before:
            yield Change("definition-added", Level.MINOR, label, f"is new in crds/. {_BY_HAND}")
        elif before[name] != after[name]:
            yield Change("definition-by-hand", Level.MINOR, label, f"is another one. {_BY_HAND}")
            yield from _compared(label, before[name], after[name])
    for pair in upgrade.objects.same:
        if pair.old.kind == KIND:
            yield from _compared(pair.old.label, pair.old.body, pair.new.body)


def _in_folder(crds: Any) -> dict[str, Mapping[str, Any]]:
    return {it.name: it.body for crd in crds for it in crd.objects() if it.kind == KIND}


def _compared(label: str, old: Any, new: Any) -> Iterator[Change]:
    before, after = (_versions(body) for body in (old, new))
    for name, version in before.items():
        if name not in after or (version.get("served") and not after[name].get("served")):
            message = f"no longer serves {name}: objects that ask for it are refused"
            yield Change("definition-narrowed", Level.MAJOR, label, message, "spec.versions")
            continue
        wide, narrow = (fields(it, "schema", "openAPIV3Schema") for it in (version, after[name]))
        for found in Comparison(wide, narrow, Given(None, None)).narrowings():
            path = ".".join((f"versions[{name}]", *found.path))
            level = Level.MAJOR if found.is_sure else Level.MINOR
            yield Change("definition-narrowed", level, label, found.refusal(), path)


def _versions(body: Any) -> dict[str, Mapping[str, Any]]:
    return {str(version["name"]): version for _, version in each(body, "spec", "versions")}
