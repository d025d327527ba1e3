"""Clusters made by kind: Kubernetes nodes as containers of a Docker engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from chartproof.cluster import docker
from chartproof.cluster.engine import Check, Image, cluster_folder
from chartproof.cluster.progress import Progress
from chartproof.cluster.shell import run

FIRST_START_S = 90
READY = "180s"


class KindEngine:
    """One kind cluster of our own, its kubeconfig kept apart from the user's."""

    name = "kind"

    def __init__(self, cluster: str, nodes: int = 1) -> None:
        self.cluster = cluster
        self.nodes = nodes

    def check(self) -> Check:
        """Usable where a Docker engine answers and kind is on PATH."""
        return docker.check("kind", "https://kind.sigs.k8s.io", FIRST_START_S)

    def running(self) -> bool:
        """Tell whether our cluster exists."""
        if shutil.which("kind") is None:
            return False
        listed = run(["kind", "get", "clusters"], check=False)
        return listed.returncode == 0 and self.cluster in listed.stdout.split()

    def images(self, references: Sequence[str], progress: Progress) -> Sequence[Image]:
        """Return nothing: the nodes pull."""
        del references, progress
        return ()

    def start(self, progress: Progress) -> docker.DockerCluster:
        """Create the cluster where there is none."""
        kubeconfig = cluster_folder(self.cluster) / "kind.kubeconfig"
        if self.running():
            run(["kind", "export", "kubeconfig", *self._named, "--kubeconfig", kubeconfig])
        else:
            with progress.stage("create the kind cluster"):
                self._create(kubeconfig)
        nodes = run(["kind", "get", "nodes", *self._named]).stdout.split()
        return docker.DockerCluster(kubeconfig, f"kind-{self.cluster}", nodes, self._import)

    def stop(self) -> None:
        """Delete the cluster."""
        if self.running():
            kubeconfig = cluster_folder(self.cluster) / "kind.kubeconfig"
            run(["kind", "delete", "cluster", *self._named, "--kubeconfig", kubeconfig])

    @property
    def _named(self) -> list[str]:
        return ["--name", self.cluster]

    def _create(self, kubeconfig: Path) -> None:
        roles = ["control-plane", *["worker"] * (self.nodes - 1)]
        config = {
            "apiVersion": "kind.x-k8s.io/v1alpha4",
            "kind": "Cluster",
            "nodes": [{"role": role} for role in roles],
        }
        create = ["kind", "create", "cluster", *self._named, "--wait", READY, "--config", "-"]
        run([*create, "--kubeconfig", kubeconfig], input=json.dumps(config))

    def _import(self, archive: Path) -> None:
        run(["kind", "load", "image-archive", archive, *self._named])
