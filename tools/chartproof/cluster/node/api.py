"""The few requests that a cluster needs while it starts, before any client library could connect."""

import json
import ssl
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from chartproof.cluster.node.pki import LOOPBACK
from chartproof.errors import ChartproofError

TIMEOUT_S = 10
COLLECTIONS = {
    "ClusterRole": "clusterroles",
    "ClusterRoleBinding": "clusterrolebindings",
    "StorageClass": "storageclasses",
}


class Api:
    """The API server behind a port of this machine, spoken to as the administrator."""

    def __init__(self, port: int, pki: Path) -> None:
        self._port = port
        self._context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
        self._context.load_cert_chain(pki / "admin.crt", pki / "admin.key")

    def ready(self) -> bool:
        """Tell whether it answers and has all it needs."""
        try:
            return self._request("GET", "/readyz")[0] == 200
        except (OSError, HTTPException):
            return False

    def apply(self, manifest: dict[str, Any]) -> None:
        """Make a cluster-wide object be as the manifest says, whether it is there or not."""
        version, name = manifest["apiVersion"], manifest["metadata"]["name"]
        path = f"/apis/{version}/{COLLECTIONS[manifest['kind']]}/{quote(name)}"
        status, answer = self._request(
            "PATCH", f"{path}?fieldManager=chartproof&force=true", yaml.safe_dump(manifest)
        )
        if status not in (200, 201):
            raise ChartproofError(f"apply {manifest['kind']} {name}: {status} {answer[:400]}")

    def node_ready(self, name: str) -> bool:
        """Tell whether the node has joined and is Ready."""
        return self.node_condition(name).get("status") == "True"

    def node_condition(self, name: str) -> dict[str, str]:
        """Return the Ready condition of a node, empty before it has joined."""
        try:
            status, answer = self._request("GET", f"/api/v1/nodes/{name}")
        except (OSError, HTTPException):
            return {}
        conditions = json.loads(answer)["status"]["conditions"] if status == 200 else []
        return next((found for found in conditions if found["type"] == "Ready"), {})

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = HTTPSConnection(LOOPBACK, self._port, timeout=TIMEOUT_S, context=self._context)
        try:
            headers = {"Content-Type": "application/apply-patch+yaml"} if body else {}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()
