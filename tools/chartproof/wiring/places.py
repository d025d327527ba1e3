"""Where objects name other objects: the places, as data.

A place is a path to the mapping that asks, `*` standing for every item of a list, and the fields
of that mapping that tell the object's name and the key that is wanted of it. Fields are those of
the Kubernetes API reference, KEDA's v1alpha1, Prometheus Operator's v1, cert-manager's v1 and
Gateway API's v1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chartproof.walk import dig
from chartproof.yamlio import Path

CONFIG_MAP, SECRET, SERVICE = "ConfigMap", "Secret", "Service"


@dataclass(frozen=True)
class Place:
    """A place that names an object of `kind`, unless a field `kind` beside the name tells another.

    `needs` are keys that are wanted without being named. `may_be_empty` tells that no name at all
    is no fault there, `is_vital` that what asks does not work without what it asks for.
    """

    kind: str
    within: str
    name: str = "name"
    key: str | None = None
    needs: tuple[str, ...] = ()
    may_be_empty: bool = False
    is_vital: bool = True

    def asking(self, body: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Give path and body of every mapping that asks."""
        return spread(body, self.within.split(".") if self.within else ())


def spread(
    body: Any, path: Sequence[str], above: Path = ()
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give path and body of every mapping at `path`, in which `*` is every item of a list."""
    if not path:
        if isinstance(body, dict):
            yield above, body
    elif path[0] == "*":
        for index, item in enumerate(body if isinstance(body, list) else []):
            yield from spread(item, path[1:], (*above, index))
    elif body is not None:
        yield from spread(dig(body, path[0]), path[1:], (*above, path[0]))


def _optional_field(kind: str, field: str, within: str = "") -> Place:
    return Place(kind, within, field, may_be_empty=True)


def _of_monitor(endpoint: str) -> tuple[Place, ...]:
    secrets = (
        *("basicAuth.username", "basicAuth.password", "authorization.credentials"),
        *("bearerTokenSecret", "tlsConfig.ca.secret", "tlsConfig.cert.secret"),
    )
    configured = ("tlsConfig.ca.configMap", "tlsConfig.cert.configMap")
    return (
        *(Place(SECRET, f"{endpoint}.{field}", key="key") for field in secrets),
        *(Place(CONFIG_MAP, f"{endpoint}.{field}", key="key") for field in configured),
    )


IN_PODS = (
    *(
        place
        for containers in ("initContainers.*", "containers.*")
        for place in (
            Place(CONFIG_MAP, f"{containers}.envFrom.*.configMapRef"),
            Place(SECRET, f"{containers}.envFrom.*.secretRef"),
            Place(CONFIG_MAP, f"{containers}.env.*.valueFrom.configMapKeyRef", key="key"),
            Place(SECRET, f"{containers}.env.*.valueFrom.secretKeyRef", key="key"),
        )
    ),
    Place(CONFIG_MAP, "volumes.*.configMap"),
    Place(SECRET, "volumes.*.secret", name="secretName"),
    Place(CONFIG_MAP, "volumes.*.projected.sources.*.configMap"),
    Place(SECRET, "volumes.*.projected.sources.*.secret"),
    Place(SECRET, "volumes.*.csi.nodePublishSecretRef"),
    Place("PersistentVolumeClaim", "volumes.*.persistentVolumeClaim", name="claimName"),
    Place(SECRET, "imagePullSecrets.*"),
    _optional_field("ServiceAccount", "serviceAccountName"),
    _optional_field("PriorityClass", "priorityClassName"),
    _optional_field("RuntimeClass", "runtimeClassName"),
)
"""Places in a pod's spec."""

BACKENDS = {
    "Ingress": (
        Place(SERVICE, "spec.defaultBackend.service"),
        Place(SERVICE, "spec.rules.*.http.paths.*.backend.service"),
    ),
    **dict.fromkeys(
        ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"),
        (
            Place(SERVICE, "spec.rules.*.backendRefs.*"),
            Place(SERVICE, "spec.rules.*.filters.*.requestMirror.backendRef"),
        ),
    ),
    **dict.fromkeys(
        ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
        (Place(SERVICE, "webhooks.*.clientConfig.service"),),
    ),
    "APIService": (Place(SERVICE, "spec.service"),),
}
"""Places by kind that name a Service to send requests to, most of them with a port."""

_ROLE = (Place("Role", "roleRef"), Place("ServiceAccount", "subjects.*"))
_TRIGGERS = Place("TriggerAuthentication", "spec.triggers.*.authenticationRef")

IN_OBJECTS = {
    "ServiceAccount": (
        Place(SECRET, "imagePullSecrets.*"),
        Place(SECRET, "secrets.*", is_vital=False),
    ),
    "RoleBinding": _ROLE,
    "ClusterRoleBinding": _ROLE,
    "Ingress": (
        *BACKENDS["Ingress"],
        Place(SECRET, "spec.tls.*", "secretName", needs=("tls.crt", "tls.key"), may_be_empty=True),
        _optional_field("IngressClass", "ingressClassName", "spec"),
    ),
    "Gateway": (
        Place(SECRET, "spec.listeners.*.tls.certificateRefs.*", needs=("tls.crt", "tls.key")),
    ),
    "StatefulSet": (
        Place(SERVICE, "spec", "serviceName", may_be_empty=True, is_vital=False),
        _optional_field("StorageClass", "storageClassName", "spec.volumeClaimTemplates.*.spec"),
    ),
    "PersistentVolumeClaim": (_optional_field("StorageClass", "storageClassName", "spec"),),
    "HorizontalPodAutoscaler": (Place("Deployment", "spec.scaleTargetRef"),),
    "VerticalPodAutoscaler": (Place("Deployment", "spec.targetRef"),),
    "ScaledObject": (Place("Deployment", "spec.scaleTargetRef"), _TRIGGERS),
    "ScaledJob": (_TRIGGERS,),
    "TriggerAuthentication": (
        Place(SECRET, "spec.secretTargetRef.*", key="key"),
        Place(CONFIG_MAP, "spec.configMapTargetRef.*", key="key"),
    ),
    "ServiceMonitor": _of_monitor("spec.endpoints.*"),
    "PodMonitor": _of_monitor("spec.podMetricsEndpoints.*"),
    "Certificate": (Place("Issuer", "spec.issuerRef"),),
    **{kind: places for kind, places in BACKENDS.items() if kind != "Ingress"},
    **{
        kind: (Place("Gateway", "spec.parentRefs.*"), *places)
        for kind, places in BACKENDS.items()
        if kind.endswith("Route")
    },
}
"""Places by kind, those in pods aside."""
