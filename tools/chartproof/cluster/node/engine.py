"""The engine "node": a real Kubernetes on this machine, without Docker and without downloads."""

import os
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from importlib.resources import files
from pathlib import Path

import yaml

from chartproof.cluster.cache import locked, once, remove
from chartproof.cluster.debian import install_missing, root_folder
from chartproof.cluster.engine import Check, Image
from chartproof.cluster.node import network
from chartproof.cluster.node.api import Api
from chartproof.cluster.node.authority import save_secret
from chartproof.cluster.node.cluster import NodeCluster
from chartproof.cluster.node.faults import fault
from chartproof.cluster.node.images import broker_image, is_broker, pause_image
from chartproof.cluster.node.layout import MOST_NODES, ClusterLayout, NodeLayout, cluster_layout
from chartproof.cluster.node.machine import (
    boot_process,
    containerd_unready_reason,
    switch_off,
    switch_on,
)
from chartproof.cluster.node.pki import LOOPBACK, kubeconfig, make_pki
from chartproof.cluster.node.programs import programs
from chartproof.cluster.node.requirements import check_machine
from chartproof.cluster.progress import Progress
from chartproof.errors import ChartproofError, InputError

ROOT_PACKAGES = (
    *("base-files", "bash", "coreutils", "util-linux", "mount", "kmod", "conntrack"),
    *("containerd", "runc", "containernetworking-plugins", "etcd-server"),
    *("iptables", "ipset", "iproute2"),
)
READY_S = 120


class NodeEngine:
    """One to three nodes, each in namespaces of its own."""

    name = "node"

    def __init__(self, nodes: int = 1) -> None:
        if not 1 <= nodes <= MOST_NODES:
            raise InputError(f"--nodes: found {nodes}, expected 1 to {MOST_NODES}")
        self._nodes = nodes

    def check(self) -> Check:
        """Say whether this machine can run the nodes."""
        return check_machine()

    def running(self) -> bool:
        """Tell whether the control plane is at work."""
        return boot_process(cluster_layout().node(1)) is not None

    def images(self, references: Sequence[str], progress: Progress) -> Sequence[Image]:
        """Return the images that stand in for RabbitMQ's; the nodes can pull nothing."""
        wanted = [reference for reference in references if is_broker(reference)]
        if not wanted:
            return []
        with progress.stage("broker image"):
            return [broker_image(reference) for reference in wanted]

    def start(self, progress: Progress) -> NodeCluster:
        """Return the cluster, every node of it Ready; what is running already stays as it is."""
        cluster = cluster_layout()
        busy = f"cluster {cluster.name}: waiting for another process to start or stop it"
        with locked(cluster.lock, partial(progress.note, busy)):
            lower, built = _prepare(progress)
            nodes = self._wanted(cluster)
            with progress.stage(f"start {len(nodes)} node(s)"):
                api = _switch_on(cluster, nodes, lower, built)
                _await(api.unready_reason, cluster.node(1), "apiserver")
                for manifest in yaml.safe_load_all(_addons()):
                    api.apply(manifest)
                for node in nodes:
                    _await(partial(containerd_unready_reason, node), node, "containerd")
                running = NodeCluster(cluster)
                running.load([pause_image()])
                for node in nodes:
                    _await(partial(api.node_unready_reason, node.name), node, "kubelet")
            return running

    def stop(self) -> None:
        """End the cluster and remove everything of it; no error when there is nothing."""
        cluster = cluster_layout()
        if os.geteuid() != 0:
            if cluster.folder.exists():
                raise ChartproofError(f"cluster {cluster.name}: only root can end its nodes")
            return
        with locked(cluster.lock):
            for node in reversed(cluster.nodes()):
                switch_off(node)
            network.remove_namespace(cluster.switch)
            remove(cluster.folder)

    def _wanted(self, cluster: ClusterLayout) -> Sequence[NodeLayout]:
        """Return the nodes that are asked for, and those that the cluster had before it ended."""
        asked = cluster.nodes(self._nodes)
        return [node for node in cluster.nodes() if node in asked or node.folder.exists()]


def _switch_on(
    cluster: ClusterLayout, nodes: Sequence[NodeLayout], lower: Path, built: Path
) -> Api:
    once(cluster.pki, partial(make_pki, cluster))
    network.lay_switch(cluster)
    for node in nodes:
        if boot_process(node) is not None:
            continue
        switch_off(node)  # the last process of a killed node holds the API server's port
        if not node.control_plane:
            switch_on(cluster, node, lower, built, None)
            continue
        with _listener(cluster) as listener:
            address = f"{LOOPBACK}:{listener.getsockname()[1]}"
            text = kubeconfig(cluster.pki, "admin", address, cluster.name)
            save_secret(cluster.kubeconfig, text.encode())
            switch_on(cluster, node, lower, built, listener)
    return Api(cluster.kubeconfig)


def _listener(cluster: ClusterLayout) -> socket.socket:
    """Return a listening socket for the API server: at the port it had before, if that is free."""
    if cluster.kubeconfig.exists():
        with suppress(OSError):
            return socket.create_server((LOOPBACK, Api(cluster.kubeconfig).port))
    return socket.create_server((LOOPBACK, 0))


def _prepare(progress: Progress) -> tuple[Path, Path]:
    """Return the root file system and the programs of a node, made side by side."""
    install_missing("ip", "nsenter", "unshare")

    def file_system() -> Path:
        with progress.stage("node file system"):
            return root_folder("node", "forky", ROOT_PACKAGES)

    def kubernetes() -> Path:
        with progress.stage("build Kubernetes") as stage:
            return programs(stage.detail)

    with ThreadPoolExecutor() as pool:
        lower, built = pool.submit(file_system), pool.submit(kubernetes)
        return lower.result(), built.result()


def _addons() -> str:
    return files("chartproof.cluster.node").joinpath("addons.yaml").read_text()


def _await(unready_reason: Callable[[], str | None], node: NodeLayout, component: str) -> None:
    """Wait for something on a node; the component is the one to blame when it does not come."""
    deadline = time.monotonic() + READY_S
    while reason := unready_reason():
        if boot_process(node) is None:
            raise fault(node, "boot", "its first process has ended")
        if time.monotonic() > deadline:
            raise fault(node, component, f"not ready after {READY_S} s: {reason}")
        time.sleep(0.1)
