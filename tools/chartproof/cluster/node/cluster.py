"""A running cluster of embedded nodes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chartproof.cluster import oci
from chartproof.cluster.engine import Image
from chartproof.cluster.node import network
from chartproof.cluster.node.layout import ClusterLayout, NodeLayout
from chartproof.cluster.node.machine import boot_process, ctr
from chartproof.cluster.shell import run
from chartproof.errors import ChartproofError


class NodeCluster:
    """A Kubernetes of one to three embedded nodes."""

    def __init__(self, layout: ClusterLayout) -> None:
        self._layout = layout

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig; it works on this machine only."""
        return self._layout.kubeconfig

    @property
    def context(self) -> str | None:
        """The one context of that file."""
        return self._layout.name

    @property
    def nodes(self) -> Sequence[str]:
        """The names of the running nodes."""
        return [node.name for node in self._running()]

    def load(self, images: Sequence[Image]) -> None:
        """Import images into every node that does not have just these yet."""
        with ThreadPoolExecutor() as pool:
            jobs = [pool.submit(_load, node, images) for node in self._running()]
        for job in jobs:
            job.result()

    def cut_cable(self, number: int) -> None:
        """Cut node `number`, counted from 1, off from the other nodes."""
        network.cut_cable(self._layout, self._layout.node(number))

    def plug_cable(self, number: int) -> None:
        """Undo `cut_cable`."""
        network.plug_cable(self._layout, self._layout.node(number))

    def _running(self) -> list[NodeLayout]:
        return [node for node in self._layout.nodes() if boot_process(node) is not None]


def _load(node: NodeLayout, images: Sequence[Image]) -> None:
    present = _digests(node)
    for image in images:
        digest = oci.manifest_digest(image.archive)
        if digest is not None and present.get(image.reference) == digest:
            continue
        with image.archive.open("rb") as archive:
            run([*ctr(node), "images", "import", "-"], stdin=archive)
        if image.reference not in _digests(node):
            raise ChartproofError(f"{image.archive}: it holds no image named {image.reference}")


def _digests(node: NodeLayout) -> dict[str, str]:
    """Return the digest of each image that a node has, by the image's name."""
    rows = run([*ctr(node), "images", "list"]).stdout.splitlines()[1:]
    return {row.split()[0]: row.split()[2] for row in rows}
