"""What the components of an embedded node are told."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from chartproof.cluster.node.components import PKI, boot_file, components
from chartproof.cluster.node.files import CONFIG, config_files
from chartproof.cluster.node.layout import ClusterLayout, NodeLayout
from chartproof.cluster.node.pki import make_pki

CLUSTER = ClusterLayout("testing", Path("/cache/clusters/testing/node"))
NODES = pytest.mark.parametrize("node", CLUSTER.nodes(), ids=lambda node: node.name)


@NODES
def test_every_configuration_file_can_be_parsed(node: NodeLayout) -> None:
    files = config_files(CLUSTER, node)

    assert yaml.safe_load(files["kubelet.yaml"])["kind"] == "KubeletConfiguration"
    assert yaml.safe_load(files["proxy.yaml"])["hostnameOverride"] == node.name
    assert tomllib.loads(files["containerd.toml"])["version"] == 3
    plugins = json.loads(files["cni/10-pods.conflist"])["plugins"]
    assert plugins[0]["ipam"]["subnet"] == node.pods


@NODES
def test_the_kubelet_serves_nobody_unknown(node: NodeLayout) -> None:
    kubelet = yaml.safe_load(config_files(CLUSTER, node)["kubelet.yaml"])

    assert kubelet["authentication"]["anonymous"] == {"enabled": False}
    assert kubelet["authorization"] == {"mode": "Webhook"}


@NODES
def test_every_certificate_that_a_node_is_told_of_exists(node: NodeLayout, tmp_path: Path) -> None:
    make_pki(CLUSTER, tmp_path / "pki")
    told = json.dumps([component.command for component in components(CLUSTER, node)])
    told += config_files(CLUSTER, node)["kubelet.yaml"]

    files = set(re.findall(rf"{PKI}/([\w.-]+)", told))

    assert files
    assert files <= {file.name for file in (tmp_path / "pki").iterdir()}


def test_only_the_first_node_runs_the_control_plane() -> None:
    first, second, _ = (
        {component.name for component in components(CLUSTER, node)} for node in CLUSTER.nodes()
    )

    assert second == {"containerd", "kubelet", "proxy", "policies"}
    assert first - second == {
        *("etcd", "apiserver", "controller-manager", "scheduler", "dns", "storage")
    }


def test_a_node_boots_with_its_own_folders_and_the_shared_volumes() -> None:
    described = boot_file(CLUSTER, CLUSTER.node(2), "/lower", "/programs")

    assert described["forward"] == ""
    assert described["root"] == {
        "lower": "/lower",
        "upper": f"{CLUSTER.folder}/node2/upper",
        "work": f"{CLUSTER.folder}/node2/work",
        "target": f"{CLUSTER.folder}/node2/root",
    }
    mounts = json.dumps(described["mounts"])
    assert f'"{CLUSTER.folder}/volumes"' in mounts
    assert f'"{CLUSTER.folder}/node2/config", "target": "{CONFIG}"' in mounts
    assert "node1" not in mounts


def test_connections_from_outside_go_to_the_api_server() -> None:
    assert boot_file(CLUSTER, CLUSTER.node(1), "/l", "/p")["forward"] == "10.89.0.1:6443"


def test_no_image_is_given_up_for_the_disk_as_there_is_nowhere_to_get_it_again() -> None:
    for node in CLUSTER.nodes():
        kubelet = yaml.safe_load(config_files(CLUSTER, node)["kubelet.yaml"])
        assert kubelet["imageGCHighThresholdPercent"] == 100, "the mark at which it is off"
        assert [signal for signal in kubelet["evictionHard"] if "fs." in signal] == []
