"""The engine "node": a real Kubernetes on this machine, without Docker and without downloads."""

import socket
import sys
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import yaml

from chartproof.cluster.cache import cache_dir, locked, remove
from chartproof.cluster.debian import install_missing, root_folder
from chartproof.cluster.engine import Check
from chartproof.cluster.node import network
from chartproof.cluster.node.api import Api
from chartproof.cluster.node.cluster import NodeCluster
from chartproof.cluster.node.images import pause_image
from chartproof.cluster.node.layout import MOST_NODES, ClusterLayout, cluster_layout
from chartproof.cluster.node.machine import boot_process, switch_off, switch_on
from chartproof.cluster.node.pki import LOOPBACK, kubeconfig, make_pki
from chartproof.cluster.node.programs import go, programs, programs_folder
from chartproof.cluster.progress import Progress, Stage
from chartproof.errors import ChartproofError, InputError

ROOT_PACKAGES = (
    *("base-files", "bash", "coreutils", "util-linux", "mount", "kmod", "conntrack"),
    *("containerd", "runc", "containernetworking-plugins", "etcd-server", "iptables", "iproute2"),
)
READY_S = 40


class NodeEngine:
    """One to three nodes, each in namespaces of its own."""

    name = "node"

    def __init__(self, nodes: int = 1) -> None:
        if not 1 <= nodes <= MOST_NODES:
            raise InputError(f"--nodes: found {nodes}, expected 1 to {MOST_NODES}")
        self._nodes = nodes

    def check(self) -> Check:
        """Say whether this machine can run the nodes."""
        if sys.platform != "linux":
            return Check(False, f"needs Linux, this is {sys.platform}", "use k3d or kind")
        if os.geteuid() != 0:
            return Check(False, f"needs root, this is user {os.geteuid()}", "run it with sudo")
        return Check(True, "Linux, root", first_start_s=15 if programs_folder().exists() else 300)

    def running(self) -> bool:
        """Tell whether the control plane is at work."""
        return boot_process(cluster_layout().node(1)) is not None

    def start(self, progress: Progress) -> NodeCluster:
        """Return the cluster, every node of it Ready; what is running already stays as it is."""
        cluster = cluster_layout()
        with locked(cluster.lock):
            lower, built = _prepare(progress)
            with progress.stage(f"start {self._nodes} node(s)") as stage:
                api = self._switch_on(cluster, lower, built)
                _await(api.ready, "apiserver", cluster, stage)
                for manifest in yaml.safe_load_all(_addons()):
                    api.apply(manifest)
                running = NodeCluster(cluster)
                running.load([pause_image()])
                for node in cluster.nodes(self._nodes):
                    _await(lambda name=node.name: api.node_ready(name), "kubelet", cluster, stage)
            return running

    def stop(self) -> None:
        """End the cluster and remove everything of it; no error when there is nothing."""
        cluster = cluster_layout()
        with locked(cluster.lock):
            for node in reversed(cluster.nodes()):
                switch_off(node)
            network.remove_namespace(cluster.switch)
            remove(cluster.folder)

    def _switch_on(self, cluster: ClusterLayout, lower: Path, built: Path) -> Api:
        if not cluster.pki.exists():
            make_pki(cluster, cluster.pki)
        network.lay_switch(cluster)
        for node in cluster.nodes(self._nodes):
            if boot_process(node) is not None:
                continue
            if not node.control_plane:
                switch_on(cluster, node, lower, built, None)
                continue
            with socket.create_server((LOOPBACK, 0)) as listener:
                port = listener.getsockname()[1]
                switch_on(cluster, node, lower, built, listener)
            text = kubeconfig(cluster.pki, "admin", f"{LOOPBACK}:{port}", cluster.name)
            cluster.kubeconfig.touch(mode=0o600)
            cluster.kubeconfig.write_text(text)
        server = yaml.safe_load(cluster.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
        return Api(int(server.rpartition(":")[2]), cluster.pki)


def _prepare(progress: Progress) -> tuple[Path, Path]:
    """Return the root file system and the programs of a node, made side by side."""
    install_missing("ip", "nsenter", "unshare")

    def staged(name: str, make: Callable[[], Path]) -> Path:
        with progress.stage(name):
            return make()

    with ThreadPoolExecutor() as pool:
        lower = pool.submit(
            staged, "node file system", lambda: root_folder("node", "forky", ROOT_PACKAGES)
        )
        built = pool.submit(staged, "build Kubernetes", programs)
        return lower.result(), built.result()


def _addons() -> str:
    return files("chartproof.cluster.node").joinpath("addons.yaml").read_text()


def _await(ready: Callable[[], bool], component: str, cluster: ClusterLayout, stage: Stage) -> None:
    deadline = time.monotonic() + READY_S
    while not ready():
        if time.monotonic() > deadline:
            raise ChartproofError(f"{component}: not ready after {READY_S} s")
        time.sleep(0.2)
