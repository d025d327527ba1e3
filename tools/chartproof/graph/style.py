"""Colours and letters of the picture, for light pages and dark ones."""

from __future__ import annotations

from collections.abc import Mapping

from chartproof.graph.layout import NAME_SIZE, SMALL_SIZE

_ROLES: Mapping[str, tuple[str, ...]] = {
    "traffic": (
        *("Service", "Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"),
        *("UDPRoute", "Host", "NetworkPolicy"),
    ),
    "workload": (
        *("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"),
        *("Job", "CronJob", "Pod", "ScaledJob"),
    ),
    "storage": ("ConfigMap", "Secret", "PersistentVolumeClaim", "PersistentVolume", "StorageClass"),
    "access": ("ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"),
}

# Written out twice, as programs other than browsers know no variables in CSS.
_LIGHT = {
    "page": "#ffffff",
    "frame": "#f6f8fa",
    "node": "#ffffff",
    "line": "#d0d7de",
    "edge": "#8c959f",
    "text": "#1f2328",
    "small": "#59636e",
    "error": "#cf222e",
    "warning": "#9a6700",
    "badge": "#ffffff",
    "traffic": "#1a7f37",
    "workload": "#0969da",
    "storage": "#6e7781",
    "access": "#8250df",
    "other": "#bc4c9b",
}
_DARK = {
    "page": "#0d1117",
    "frame": "#151b23",
    "node": "#0d1117",
    "line": "#3d444d",
    "edge": "#7d8590",
    "text": "#f0f6fc",
    "small": "#9198a1",
    "error": "#f85149",
    "warning": "#d29922",
    "badge": "#0d1117",
    "traffic": "#3fb950",
    "workload": "#4493f8",
    "storage": "#9198a1",
    "access": "#ab7df8",
    "other": "#db61a2",
}


def role_of(kind: str) -> str:
    """Return what a kind is for, which tells its colour."""
    return next((role for role, kinds in _ROLES.items() if kind in kinds), "other")


def _colours(of: Mapping[str, str]) -> str:
    roles = "".join(f".{role}{{fill:{of[role]}}}" for role in (*_ROLES, "other"))
    faults = "".join(
        f"rect.{severity},path.{severity}{{stroke:{of[severity]}}}"
        f"text.{severity},tspan.{severity},circle.{severity},.head.{severity}{{fill:{of[severity]}}}"
        for severity in ("warning", "error")
    )
    return (
        f"text{{fill:{of['small']}}}.page{{fill:{of['page']}}}"
        f".frame{{fill:{of['frame']};stroke:{of['line']}}}"
        f".node{{fill:{of['node']};stroke:{of['edge']}}}.edge{{stroke:{of['edge']}}}"
        f".head{{fill:{of['edge']}}}.name,.chart,.component{{fill:{of['text']}}}"
        f".summary{{fill:{of['small']}}}"
        f".label{{stroke:{of['frame']}}}.number{{fill:{of['badge']}}}{roles}{faults}"
    )


STYLE = (
    f"text{{font:{SMALL_SIZE:g}px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}}"
    f".name{{font:600 {NAME_SIZE:g}px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}}"
    ".chart{font-size:17px;font-weight:600}.summary{font-size:12px;font-weight:400}"
    ".component{font-size:12px;font-weight:600}.fault{font-size:11px}.rule{font-weight:600}"
    ".label{paint-order:stroke;stroke-width:5px;stroke-linejoin:round}"
    ".number{font-weight:700;text-anchor:middle}.absent{stroke-dasharray:5 3}"
    ".edge{fill:none;stroke-width:1.3}.edge.error,.edge.warning{stroke-width:2.2}"
    ".node.error,.node.warning{stroke-width:2.2}"
    f"{_colours(_LIGHT)}@media (prefers-color-scheme:dark){{{_colours(_DARK)}}}"
)
