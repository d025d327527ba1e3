"""Which component each object of a release belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chartproof.graph.model import Key, key_of
from chartproof.graph.wires import Wire
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import fields
from chartproof.wiring.pods import pods

_LABELS = ("app.kubernetes.io/component", "component", "app.kubernetes.io/name", "app", "k8s-app")
"""Labels that tell components apart, the most telling first; the short ones are of older charts."""
OUTSIDE = "outside the release"
"""Where that stands which is not rendered and which several components need."""
_BEFORE_PODS = {
    *("Service", "Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"),
    *("PodDisruptionBudget", "NetworkPolicy", "HorizontalPodAutoscaler", "ScaledObject"),
    *("VerticalPodAutoscaler", "ServiceMonitor", "PodMonitor"),
}
"""Kinds that belong to what they lead to, whoever leads to them."""
_SUBCHART = re.compile(r"/charts/([^/]+)/")


def components(release: Release, wired: Sequence[Wire]) -> dict[Key, str]:
    """Return the component of every object, and of everything that the wires lead to.

    It is what the object's labels say, else its pods', within its subchart. What has no label
    that says more than the chart's name, or is not rendered, belongs where all that it is wired to
    belongs, else to the chart, or outside.
    """
    workloads = {key_of(pod.owner): pod.labels for pod in pods(release)}
    known: dict[Key, str] = {}
    for manifest in release.manifests:
        key = key_of(manifest)
        label = _label(fields(manifest.metadata, "labels")) or _label(workloads.get(key, {}))
        if key in workloads or label not in ("", *_charts(manifest)):
            known[key] = _within(manifest, label or manifest.short_name) or release.chart.name
    keys = [*map(key_of, release.manifests), *(wire.target for wire in wired)]
    before = [wire for wire in wired if wire.manifest.kind in _BEFORE_PODS]
    _spread(known, {wire.source for wire in before} - set(known), before)
    _spread(known, set(keys) - set(known), wired)
    for manifest in release.manifests:
        known.setdefault(key_of(manifest), _within(manifest, "") or release.chart.name)
    _spread(known, set(keys) - set(known), wired)
    return dict.fromkeys(keys, OUTSIDE) | known


def _label(labels: Mapping[str, Any]) -> str:
    return next((str(labels[label]) for label in _LABELS if labels.get(label)), "")


def _within(manifest: Manifest, name: str) -> str:
    """Put the subcharts before a component's name, where it is in one and not called like it."""
    subcharts = _charts(manifest)[1:]
    return " / ".join([*subcharts, *([name] if name and name not in subcharts else [])])


def _charts(manifest: Manifest) -> list[str]:
    """Return the names of the chart and of the subcharts that an object comes from."""
    return [manifest.chart.name, *_SUBCHART.findall(manifest.source)]


def _spread(known: dict[Key, str], unknown: set[Key], wired: Sequence[Wire]) -> None:
    """Let what has no component join what it is wired to, as long as that is one."""
    while unknown:
        around: dict[Key, set[str]] = {}
        for wire in wired:
            for key, other in ((wire.source, wire.target), (wire.target, wire.source)):
                if key in unknown and other in known:
                    around.setdefault(key, set()).add(known[other])
        joined = {key: found.pop() for key, found in around.items() if len(found) == 1}
        if not joined:
            return
        known.update(joined)
        unknown -= set(joined)
