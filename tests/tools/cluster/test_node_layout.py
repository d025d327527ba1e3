"""Names, addresses and folders of the embedded nodes."""

from __future__ import annotations

import ipaddress
from itertools import combinations
from pathlib import Path

import pytest

from chartproof.cluster.node import NodeEngine
from chartproof.cluster.node.layout import SERVICES, ClusterLayout, cluster_layout
from chartproof.errors import InputError


def test_no_two_subnets_of_a_cluster_overlap() -> None:
    nodes = ClusterLayout("testing", Path("/unused")).nodes()
    subnets = [SERVICES, "10.89.0.0/24", *(node.pods for node in nodes)]

    for one, other in combinations(map(ipaddress.ip_network, subnets), 2):
        assert not one.overlaps(other)


def test_two_clusters_share_no_name_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def names(cluster: str) -> set[object]:
        monkeypatch.setenv("CHARTPROOF_CLUSTER", cluster)
        layout = cluster_layout()
        nodes = layout.nodes()
        return {
            layout.folder,
            layout.lock,
            layout.switch,
            *(node.namespace for node in nodes),
            *(node.cgroup for node in nodes),
        }

    assert not names("one") & names("other")


def test_the_first_node_alone_has_the_control_plane() -> None:
    nodes = ClusterLayout("testing", Path("/unused")).nodes()

    assert [node.control_plane for node in nodes] == [True, False, False]


@pytest.mark.parametrize("name", ["", "Upper", "a/b", "-a", "a-", "a" * 41])
def test_a_name_that_cannot_name_a_namespace_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("CHARTPROOF_CLUSTER", name)

    with pytest.raises(InputError, match=f"CHARTPROOF_CLUSTER: found '{name}', expected"):
        cluster_layout()


@pytest.mark.parametrize("count", [0, 4])
def test_only_one_to_three_nodes_can_be_had(count: int) -> None:
    with pytest.raises(InputError, match=f"--nodes: found {count}, expected 1 to 3"):
        NodeEngine(nodes=count)
