"""The few requests that a cluster needs while it starts, when most of them still fail."""

import json
import ssl
from base64 import b64decode
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote

import yaml

from chartproof.errors import ChartproofError

TIMEOUT_S = 10
COLLECTIONS = {
    "ClusterRole": "clusterroles",
    "ClusterRoleBinding": "clusterrolebindings",
    "StorageClass": "storageclasses",
}


class Api:
    """The API server that a kubeconfig of `pki.kubeconfig` leads to."""

    def __init__(self, kubeconfig: Path) -> None:
        content = yaml.safe_load(kubeconfig.read_text())
        cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
        self._address = cluster["server"].removeprefix("https://")
        authority = b64decode(cluster["certificate-authority-data"]).decode()
        self._context = ssl.create_default_context(cadata=authority)
        with NamedTemporaryFile() as pair:  # the ssl module takes them from a file only
            pair.write(b64decode(user["client-certificate-data"]))
            pair.write(b64decode(user["client-key-data"]))
            pair.flush()
            self._context.load_cert_chain(pair.name)

    @property
    def port(self) -> int:
        """The port that it answers at."""
        return int(self._address.rpartition(":")[2])

    def unready_reason(self) -> str | None:
        """Say why it cannot be used yet, or None when it can."""
        try:
            status, answer = self._request("GET", "/readyz")
        except (OSError, HTTPException) as error:
            return str(error)
        return None if status == 200 else answer

    def apply(self, manifest: dict[str, Any]) -> None:
        """Make a cluster-wide object be as the manifest says, whether it is there or not."""
        version, name = manifest["apiVersion"], manifest["metadata"]["name"]
        path = f"/apis/{version}/{COLLECTIONS[manifest['kind']]}/{quote(name)}"
        status, answer = self._request(
            "PATCH", f"{path}?fieldManager=chartproof&force=true", yaml.safe_dump(manifest)
        )
        if status not in (200, 201):
            raise ChartproofError(f"apply {manifest['kind']} {name}: {status} {answer[:400]}")

    def node_unready_reason(self, name: str) -> str | None:
        """Say why a node is not Ready, or None when it is."""
        try:
            status, answer = self._request("GET", f"/api/v1/nodes/{name}")
        except (OSError, HTTPException) as error:
            return str(error)
        if status != 200:
            return "it has not joined the cluster"
        conditions = json.loads(answer)["status"].get("conditions", [])
        ready = next((found for found in conditions if found["type"] == "Ready"), None)
        if ready is None:
            return "it has not said how it is"
        return None if ready["status"] == "True" else str(ready["message"])

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = HTTPSConnection(self._address, timeout=TIMEOUT_S, context=self._context)
        try:
            headers = {"Content-Type": "application/apply-patch+yaml"} if body else {}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()
