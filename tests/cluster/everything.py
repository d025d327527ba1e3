"""What the case everything-on asks of a cluster, laid out on that of the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from kr8s.objects import (
    ConfigMap,
    CustomResourceDefinition,
    Node,
    Secret,
    ServiceAccount,
    new_class,
)

from chartproof.chart import Chart
from chartproof.cluster.install import ensure_namespace
from chartproof.cluster.node.files import PAUSE_IMAGE
from chartproof.cluster.node.layout import ClusterLayout, NodeLayout
from chartproof.cluster.node.machine import boot_process, ctr
from chartproof.cluster.shell import run
from chartproof.cluster.watch import connect
from tests.cluster.conftest import CLUSTER_NAME, REPOSITORY, Brought
from tests.cluster.releases import image_of_workers
from tests.support.custom_resources import definition

CHART = REPOSITORY / "chart"
CASE = CHART / "ci/everything-on-values.yaml"
HERE = Path(__file__).with_name("everything-on-here.yaml")
BROKER_IMAGE = "docker.io/library/rabbitmq:4.3.6-management"
# Of kinds that their operators bring, the definitions are enough: nobody acts on the objects.
KINDS = {
    "monitoring.coreos.com": ("ServiceMonitor", "PodMonitor", "PrometheusRule"),
    "gateway.networking.k8s.io": ("HTTPRoute",),
}
PriorityClass = new_class(
    "PriorityClass", "scheduling.k8s.io/v1", False, namespaced=False, plural="priorityclasses"
)
StorageClass = new_class(
    "StorageClass", "storage.k8s.io/v1", False, namespaced=False, plural="storageclasses"
)


SIZES = {"broker": 3, "producer": 3, "consumer": 4}
# Three brokers that start at once are a load for two cores.
PATIENT = ("--wait", "--timeout", "8m")


def lay_out(cluster: Brought, namespace: str) -> list[Path]:
    """Give the cluster and a namespace what the case names; return its values files for here."""
    prepare(cluster)
    furnish(cluster, namespace)
    digests = cluster.kubeconfig.with_name("digests.yaml")
    digests.write_text(yaml.safe_dump(tag_images(cluster)))
    return [CASE, HERE, digests]


def prepare(cluster: Brought) -> None:
    """Give the cluster the kinds, classes and nodes that the case names."""
    api = connect(cluster.kubeconfig, None)
    for group, kinds in KINDS.items():
        for kind in kinds:
            ensure(CustomResourceDefinition(definition(group, kind), api=api))
    ensure(PriorityClass({"metadata": {"name": "messaging"}, "value": 1000}, api=api))
    ensure(StorageClass(storage_class("fast"), api=api))
    for number, disk in enumerate(("ssd", "ssd", "any"), start=1):
        Node.get(f"node{number}", api=api).label({"disk": disk})


def furnish(cluster: Brought, namespace: str) -> None:
    """Make a namespace that enforces `restricted`, with what the case takes as given in it."""
    api = connect(cluster.kubeconfig, None)
    ensure_namespace(api, namespace)
    data = {"NO_PROXY": "localhost"}
    ensure(ConfigMap({"metadata": metadata("proxies", namespace), "data": data}, api=api))
    ensure(ServiceAccount({"metadata": metadata("workers", namespace)}, api=api))
    exported = {"load_definition.json": json.dumps({"vhosts": [{"name": "archive"}]})}
    secret = {"metadata": metadata("orders-definitions", namespace), "stringData": exported}
    ensure(Secret(secret, api=api))


def tag_images(cluster: Brought) -> dict[str, Any]:
    """Give the nodes' images the names that the case has; return the values of their digests."""
    broker, worker = BROKER_IMAGE, image_of_workers(cluster)
    digests = {image: digest_of(cluster, image) for image in (broker, worker)}
    for source, name in (
        (broker, f"registry.example.com/mirror/rabbitmq@{digests[broker]}"),
        (worker, "registry.example.com/example/workers:1.2.3"),
        (worker, f"registry.example.com/example/producer@{digests[worker]}"),
        (worker, f"registry.example.com/plugins:{Chart.load(CHART).metadata['appVersion']}"),
        (worker, "ghcr.io/example/tail:1"),
        (worker, "ghcr.io/example/prepare:1"),
        (PAUSE_IMAGE, "registry.example.com/tail:1"),
    ):
        tag(cluster, source, name)
    return {
        "broker": {"image": {"digest": digests[broker]}},
        "producer": {"image": {"digest": digests[worker]}},
    }


def tag(cluster: Brought, source: str, name: str) -> None:
    """Give an image of the nodes another name as well."""
    for node in nodes(cluster):
        run([*ctr(node), "images", "tag", "--force", source, name])


def digest_of(cluster: Brought, image: str) -> str:
    """Return the digest of an image on the first node."""
    listed = run([*ctr(nodes(cluster)[0]), "images", "list", f"name=={image}"]).stdout
    return listed.splitlines()[1].split()[2]


def nodes(cluster: Brought) -> list[NodeLayout]:
    """Return the cluster's nodes."""
    layout = ClusterLayout(CLUSTER_NAME, cluster.kubeconfig.parent)
    return [node for node in layout.nodes() if boot_process(node) is not None]


def ensure(wanted: Any) -> None:
    """Make an object unless it is there."""
    if not wanted.exists():
        wanted.create()


def metadata(name: str, namespace: str) -> dict[str, str]:
    """Return the metadata of an object in a namespace."""
    return {"name": name, "namespace": namespace}


def storage_class(name: str) -> dict[str, Any]:
    """Return a class of the volumes that the nodes have."""
    return {
        "metadata": {"name": name},
        "provisioner": "chartproof/folder",
        "volumeBindingMode": "WaitForFirstConsumer",
    }
