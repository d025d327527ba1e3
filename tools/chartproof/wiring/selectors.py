"""Label selectors, and what keeps pods from being selected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import each, fields
from chartproof.wiring.pods import Pod, pods, unmatched

Labels = Mapping[str, Any]

POLICIES = {"PodDisruptionBudget": "selector", "NetworkPolicy": "podSelector"}
"""Kinds that are about pods, and the field of their spec that selects them."""


def matches(selector: Labels, labels: Labels) -> bool:
    """Tell whether a selector, its matchLabels and matchExpressions, takes these labels."""
    expressions = (expression for _, expression in each(selector, "matchExpressions"))
    return not unmatched(fields(selector, "matchLabels"), labels) and all(
        _holds(expression, labels) for expression in expressions
    )


def is_empty(selector: Labels) -> bool:
    """Tell whether a selector asks for nothing, and so takes everything."""
    return not (selector.get("matchLabels") or selector.get("matchExpressions"))


def governed(release: Release, policy: Manifest) -> list[Pod]:
    """Return the pods that an object of one of the kinds in POLICIES selects."""
    selector = fields(policy.body, "spec", POLICIES[policy.kind])
    near = [pod for pod in pods(release) if pod.owner.namespace == policy.namespace]
    return [pod for pod in near if matches(selector, pod.labels)]


def _holds(expression: Labels, labels: Labels) -> bool:
    """Tell whether labels fit one of a selector's matchExpressions."""
    key, listed = str(expression.get("key")), expression.get("values")
    values = listed if isinstance(listed, list) else []
    match expression.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def nearest_miss(release: Release, namespace: str, wanted: Labels) -> str:
    """Say what keeps the pods of `namespace` that fit the wanted labels best from being taken."""
    candidates = [pod for pod in pods(release) if pod.owner.namespace == namespace]
    if not candidates:
        return f"it has none in namespace {namespace}"
    best = min(candidates, key=lambda pod: len(unmatched(wanted, pod.labels)))
    missed = unmatched(wanted, best.labels)
    if not missed:
        return f"the pods of {best.owner.kind}/{best.owner.name} miss its matchExpressions"
    label = missed[0]
    carried = f"{label}={best.labels[label]}" if label in best.labels else f"no {label}"
    return (
        f"it wants {label}={wanted[label]}, the pods of {best.owner.kind}/{best.owner.name} "
        f"carry {carried}"
    )
