"""Label selectors, and what keeps pods from being selected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Severity
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import each, fields
from chartproof.wiring.pods import Pod, pods, unmatched
from chartproof.wiring.rights import may_make_pods
from chartproof.yamlio import Path

Labels = Mapping[str, Any]

POLICIES = {"PodDisruptionBudget": "selector", "NetworkPolicy": "podSelector"}
"""Kinds that are about pods, and the field of their spec that selects them."""


def matches(selector: Labels, labels: Labels) -> bool:
    """Tell whether a selector, its matchLabels and matchExpressions, takes these labels."""
    expressions = (expression for _, expression in each(selector, "matchExpressions"))
    return not unmatched(fields(selector, "matchLabels"), labels) and all(
        _holds(expression, labels) for expression in expressions
    )


def selects(selector: Labels, pod: Pod) -> bool:
    """Tell whether a selector takes a pod, with the labels that Kubernetes adds to it."""
    expressions = {"matchExpressions": selector.get("matchExpressions")}
    return not pod.lacks(fields(selector, "matchLabels")) and matches(expressions, pod.labels)


def broken(selector: Labels, labels: Labels) -> Iterator[tuple[Path, str]]:
    """Give path and wording of each of a selector's matchExpressions that labels do not fit."""
    for at, expression in each(selector, "matchExpressions"):
        if not _holds(expression, labels):
            values = expression.get("values")
            listed = f" {', '.join(map(str, values))}" if isinstance(values, list) else ""
            yield at, f"{expression.get('key')} {expression.get('operator')}{listed}"


def is_empty(selector: Labels) -> bool:
    """Tell whether a selector asks for nothing, and so takes everything."""
    return not (selector.get("matchLabels") or selector.get("matchExpressions"))


def governed(release: Release, policy: Manifest) -> list[Pod]:
    """Return the pods that an object of one of the kinds in POLICIES selects."""
    selector = fields(policy.body, "spec", POLICIES[policy.kind])
    near = [pod for pod in pods(release) if pod.owner.namespace == policy.namespace]
    return [pod for pod in near if selects(selector, pod)]


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


@dataclass(frozen=True)
class Miss:
    """Why a selector takes no pod, and how sure it is that it should."""

    reason: str
    severity: Severity


def nearest_miss(release: Release, namespace: str, selector: Labels) -> Miss:
    """Say what keeps the pods of `namespace` that fit `matchLabels` best from being taken.

    It is an error, but a note where the release may make pods that no template renders, unless the
    label is misspelt.
    """
    wanted = fields(selector, "matchLabels")
    certainty = Severity.NOTE if may_make_pods(release) else Severity.ERROR
    candidates = [pod for pod in pods(release) if pod.owner.namespace == namespace]
    if not candidates:
        return Miss(f"it has none in namespace {namespace}", certainty)
    best = min(candidates, key=lambda pod: len(pod.lacks(wanted)))
    who, missed = f"{best.owner.kind}/{best.owner.name}", best.lacks(wanted)
    if not missed:
        return Miss(f"the pods of {who} miss its matchExpressions", certainty)
    label = missed[0]
    if label in best.labels:
        values = {str(pod.labels[label]) for pod in candidates if label in pod.labels}
        carried, near = f"{label}={best.labels[label]}", nearest(str(wanted[label]), values)
    else:
        carried, near = f"no {label}", nearest(label, best.labels)
    severity = Severity.ERROR if near and len(missed) == 1 else certainty
    return Miss(f"it wants {label}={wanted[label]}, the pods of {who} carry {carried}", severity)
