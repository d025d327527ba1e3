"""The configuration files of a node's components."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from chartproof.cluster.node.layout import DOMAIN, ClusterLayout, NodeLayout

CONFIG = "/etc/kubernetes"
LOGS = "/var/log/node"
PAUSE_IMAGE = "registry.k8s.io/pause:3.10"
CONTAINERD = "/run/containerd/containerd.sock"


def config_files(cluster: ClusterLayout, node: NodeLayout) -> Mapping[str, str]:
    """Return the text of each file in CONFIG, the kubeconfig files apart."""
    files = {
        "kubelet.yaml": yaml.safe_dump(kubelet(cluster, node)),
        "proxy.yaml": yaml.safe_dump(proxy(node)),
        "containerd.toml": containerd(),
        "cni/10-pods.conflist": json.dumps(pod_network(node)),
    }
    if node.control_plane:
        files["Corefile"] = corefile(node)
    return files


def kubelet(cluster: ClusterLayout, node: NodeLayout) -> dict[str, Any]:
    """Return the kubelet's configuration."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{CONFIG}/pki/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": f"{CONFIG}/pki/{node.name}-serving.crt",
        "tlsPrivateKeyFile": f"{CONFIG}/pki/{node.name}-serving.key",
        "containerRuntimeEndpoint": f"unix://{CONTAINERD}",
        "clusterDNS": [cluster.node(1).address],
        "clusterDomain": DOMAIN,
        "resolvConf": "/etc/resolv.conf",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": node.cgroup,
        "failCgroupV1": False,
        "failSwapOn": False,
        # No registry is in reach: an image that was collected as garbage could not come back. So
        # nothing is evicted for the disk either, which begins with the images that no container
        # has at that moment: one that a pod needs after its first start container, too.
        "imageGCHighThresholdPercent": 100,
        "evictionHard": {"memory.available": "50Mi"},
        # How long a changed Secret takes to be seen in a pod: a minute, where nothing is said.
        "syncFrequency": "10s",
    }


def proxy(node: NodeLayout) -> dict[str, Any]:
    """Return kube-proxy's configuration."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "clientConnection": {"kubeconfig": f"{CONFIG}/proxy.kubeconfig"},
        "hostnameOverride": node.name,
        # The machine's connection-tracking limits are not a node's to change.
        "conntrack": {"maxPerCore": 0, "tcpCloseWaitTimeout": "0s", "tcpEstablishedTimeout": "0s"},
    }


def pod_network(node: NodeLayout) -> dict[str, Any]:
    """Return the CNI configuration: a cable from each pod to its node.

    All that a pod sends passes the node's routing, and so kube-proxy's rules, also on its way to
    a neighbour; on a bridge that depends on a setting of the whole machine.
    """
    addresses = {"type": "host-local", "subnet": node.pods, "routes": [{"dst": "0.0.0.0/0"}]}
    return {
        "cniVersion": "1.0.0",
        "name": "pods",
        "plugins": [
            {"type": "ptp", "ipam": addresses},
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ],
    }


def containerd() -> str:
    """Return containerd's configuration.

    restrict_oom_score_adj: where this machine denies CAP_SYS_RESOURCE, runc cannot lower a score
    and would fail with "can't get final child's PID from pipe".
    """
    return f"""\
version = 3
[grpc]
  address = "{CONTAINERD}"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "{PAUSE_IMAGE}"
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["/usr/lib/cni"]
  conf_dir = "{CONFIG}/cni"
"""


def corefile(node: NodeLayout) -> str:
    """Return CoreDNS's configuration: the cluster's own names and no others."""
    return f"""\
.:53 {{
  bind {node.address}
  errors
  kubernetes {DOMAIN} in-addr.arpa {{
    kubeconfig {CONFIG}/dns.kubeconfig
    pods insecure
  }}
  cache 5
}}
"""
