"""Where things of a cluster are: its folders, and the names and addresses of its nodes.

Every address lives in network namespaces of the cluster's own, which nothing leads out of. So two
clusters differ in the names of their namespaces and cgroups, and need no addresses of their own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chartproof.cluster.cache import cache_dir
from chartproof.cluster.engine import cluster_name
from chartproof.errors import InputError

MOST_NODES = 3
API_PORT = 6443
SERVICES = "10.96.0.0/16"
FIRST_SERVICE = "10.96.0.1"  # the API server, as pods know it
DOMAIN = "cluster.local"


@dataclass(frozen=True)
class NodeLayout:
    """One node of a cluster; the first, number 1, runs the control plane as well."""

    cluster: str
    number: int
    folder: Path

    @property
    def name(self) -> str:
        """The name that Kubernetes knows."""
        return f"node{self.number}"

    @property
    def namespace(self) -> str:
        """The name of its network namespace."""
        return f"chartproof-{self.cluster}-{self.number}"

    @property
    def cgroup(self) -> str:
        """The path, below the root of every cgroup hierarchy, that all its pods are in."""
        return f"/{self.namespace}"

    @property
    def address(self) -> str:
        """Its IPv4 address."""
        return f"10.89.0.{self.number}"

    @property
    def pods(self) -> str:
        """The subnet of its pods."""
        return f"10.244.{self.number}.0/24"

    @property
    def control_plane(self) -> bool:
        """Whether the API server and all that belongs to it run here."""
        return self.number == 1

    @property
    def config(self) -> Path:
        """The folder that the node sees as CONFIG."""
        return self.folder / "config"

    @property
    def logs(self) -> Path:
        """The folder that the node sees as LOGS: a file a component."""
        return self.folder / "logs"

    def state(self, name: str) -> Path:
        """The folder of this name, for what the node alone writes."""
        return self.folder / name


@dataclass(frozen=True)
class ClusterLayout:
    """A cluster, by its name."""

    name: str
    folder: Path

    @property
    def lock(self) -> Path:
        """Held while the cluster is started or stopped."""
        return self.folder.with_suffix(".lock")

    @property
    def kubeconfig(self) -> Path:
        """The administrator's, for use from outside the namespaces."""
        return self.folder / "admin.kubeconfig"

    @property
    def pki(self) -> Path:
        """The folder of keys and certificates."""
        return self.folder / "pki"

    @property
    def volumes(self) -> Path:
        """The folder of all persistent volumes, which every node sees at the same path."""
        return self.folder / "volumes"

    @property
    def switch(self) -> str:
        """The network namespace with the bridge that every node's cable leads to."""
        return f"chartproof-{self.name}-switch"

    @property
    def api(self) -> str:
        """Where the nodes find the API server."""
        return f"{self.node(1).address}:{API_PORT}"

    def node(self, number: int) -> NodeLayout:
        """Return the node of this number, counted from 1."""
        return NodeLayout(self.name, number, self.folder / f"node{number}")

    def nodes(self, count: int = MOST_NODES) -> Sequence[NodeLayout]:
        """Return the first `count` nodes."""
        return [self.node(number) for number in range(1, count + 1)]


def cluster_layout() -> ClusterLayout:
    """Return the layout of this machine's own cluster. Raises InputError for a name unfit."""
    name = cluster_name()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", name):
        raise InputError(
            f"CHARTPROOF_CLUSTER: found {name!r}, expected at most 40 lower-case letters, digits "
            "and dashes, with a letter or digit at both ends"
        )
    return ClusterLayout(name, cache_dir() / "clusters" / name / "node")
