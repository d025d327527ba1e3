"""Clusters made by k3d: k3s nodes as containers of a Docker engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chartproof.cluster import docker
from chartproof.cluster.engine import Check, Image, cluster_folder
from chartproof.cluster.progress import Progress
from chartproof.cluster.shell import run

FIRST_START_S = 60


class K3dEngine:
    """One k3d cluster of our own, its kubeconfig kept apart from the user's."""

    name = "k3d"

    def __init__(self, cluster: str, nodes: int = 1) -> None:
        self.cluster = cluster
        self.nodes = nodes

    def check(self) -> Check:
        """Usable where a Docker engine answers and k3d is on PATH."""
        return docker.check("k3d", "https://k3d.io", FIRST_START_S)

    def running(self) -> bool:
        """Tell whether our cluster exists, stopped ones included."""
        return self._described() is not None

    def images(self, references: Sequence[str], progress: Progress) -> Sequence[Image]:
        """Return nothing: the nodes pull."""
        del references, progress
        return ()

    def start(self, progress: Progress) -> docker.DockerCluster:
        """Create the cluster, or start it where it was stopped."""
        described = self._described()
        if described is None:
            with progress.stage("create the k3d cluster"):
                self._create()
        elif described["serversRunning"] < described["serversCount"]:
            with progress.stage("start the k3d cluster"):
                run(["k3d", "cluster", "start", self.cluster, "--wait"])
        kubeconfig = cluster_folder(self.cluster) / "k3d.kubeconfig"
        kubeconfig.touch(mode=0o600)
        kubeconfig.write_text(run(["k3d", "kubeconfig", "get", self.cluster]).stdout)
        return docker.DockerCluster(
            kubeconfig, f"k3d-{self.cluster}", self._node_names(), self._import
        )

    def stop(self) -> None:
        """Delete the cluster."""
        if self.running():
            run(["k3d", "cluster", "delete", self.cluster])

    def _create(self) -> None:
        own_kubeconfig = ["--kubeconfig-update-default=false", "--kubeconfig-switch-context=false"]
        agents = ["--agents", str(self.nodes - 1)]
        run(["k3d", "cluster", "create", self.cluster, "--wait", *agents, *own_kubeconfig])

    def _import(self, archive: Path) -> None:
        run(["k3d", "image", "import", archive, "--cluster", self.cluster])

    def _described(self) -> dict[str, Any] | None:
        if shutil.which("k3d") is None:
            return None
        listed = run(["k3d", "cluster", "list", "--output", "json"], check=False)
        if listed.returncode != 0:
            return None
        clusters: list[dict[str, Any]] = json.loads(listed.stdout)
        return next((found for found in clusters if found["name"] == self.cluster), None)

    def _node_names(self) -> list[str]:
        described = self._described() or {"nodes": []}
        return [node["name"] for node in described["nodes"] if node["role"] in ("server", "agent")]
