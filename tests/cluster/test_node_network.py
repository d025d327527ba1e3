"""The cables between nodes, in real network namespaces."""

from __future__ import annotations

import pytest

from chartproof.cluster.node import network
from chartproof.cluster.node.layout import cluster_layout


@pytest.mark.needs("root")
def test_a_cable_that_was_taken_away_can_be_laid_again_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHARTPROOF_CLUSTER", "node-cable")
    cluster = cluster_layout()
    node = cluster.node(2)
    network.lay_switch(cluster)
    try:
        for _ in range(20):
            network.connect(cluster, node)
            network.disconnect(node)
    finally:
        network.disconnect(node)
        network.remove_namespace(cluster.switch)

    assert not {node.namespace, cluster.switch} & set(network.namespaces())
