"""The programs that run in a node, in the order they start."""

from dataclasses import asdict, dataclass

from chartproof.cluster.node.files import CONFIG, LOGS
from chartproof.cluster.node.layout import API_PORT, SERVICES, ClusterLayout, NodeLayout

PROGRAMS = "/opt/kube"
KUBE = f"{PROGRAMS}/kube"
PKI = f"{CONFIG}/pki"
VOLUMES = "/var/lib/volumes"
ETCD = "127.0.0.1:2379"


@dataclass(frozen=True)
class Component:
    """A program that runs as long as its node; `after` is an address that must answer first."""

    name: str
    command: tuple[str, ...]
    after: str = ""


def components(cluster: ClusterLayout, node: NodeLayout) -> list[Component]:
    """Return the components of a node, those of the control plane included if it has one."""
    api = cluster.api
    workers = [
        Component("containerd", ("containerd", "-c", f"{CONFIG}/containerd.toml")),
        Component("kubelet", (KUBE, "kubelet", *_kubelet(node)), after=api),
        Component("proxy", (KUBE, "proxy", "--config", f"{CONFIG}/proxy.yaml"), after=api),
        Component("policies", (KUBE, "policies", *_policies(cluster, node)), after=api),
    ]
    if not node.control_plane:
        return workers
    dns = (KUBE, "dns", "-conf", f"{CONFIG}/Corefile")
    storage = (KUBE, "storage", f"{CONFIG}/storage.kubeconfig", VOLUMES)
    return [
        Component("etcd", ("etcd", *_etcd())),
        Component("apiserver", (KUBE, "apiserver", *_apiserver(node)), after=ETCD),
        *workers,
        Component("controller-manager", (KUBE, "controller-manager", *_controllers()), after=api),
        Component("scheduler", (KUBE, "scheduler", *_scheduler()), after=api),
        Component("dns", dns, after=api),
        Component("storage", storage, after=api),
    ]


def boot_file(
    cluster: ClusterLayout, node: NodeLayout, lower: str, programs: str
) -> dict[str, object]:
    """Return what the node's first process reads: its file systems and its components.

    `lower` is the folder of the shared root file system, `programs` that of the built programs.
    """
    binds = {
        CONFIG: node.config,
        LOGS: node.logs,
        PROGRAMS: programs,
        VOLUMES: cluster.volumes,
        # Containers cannot have an overlay on top of the node's overlay.
        "/var/lib/containerd": node.state("containerd"),
        "/var/lib/kubelet": node.state("kubelet"),
        "/var/lib/etcd": node.state("etcd"),
    }
    return {
        "root": {
            "lower": lower,
            "upper": str(node.state("upper")),
            "work": str(node.state("work")),
            "target": str(node.state("root")),
        },
        "mounts": [{"source": str(source), "target": target} for target, source in binds.items()],
        "logs": LOGS,
        "forward": cluster.api if node.control_plane else "",
        "components": [asdict(component) for component in components(cluster, node)],
    }


def _etcd() -> list[str]:
    return [
        *("--data-dir", "/var/lib/etcd"),
        *("--listen-client-urls", f"http://{ETCD}"),
        *("--advertise-client-urls", f"http://{ETCD}"),
        # A cluster for tests need not outlive a power cut.
        "--unsafe-no-fsync",
    ]


def _apiserver(node: NodeLayout) -> list[str]:
    return [
        *("--etcd-servers", f"http://{ETCD}"),
        *("--bind-address", node.address),
        *("--advertise-address", node.address),
        *("--secure-port", str(API_PORT)),
        *("--tls-cert-file", f"{PKI}/apiserver.crt"),
        *("--tls-private-key-file", f"{PKI}/apiserver.key"),
        *("--client-ca-file", f"{PKI}/ca.crt"),
        *("--authorization-mode", "Node,RBAC"),
        *("--enable-admission-plugins", "NodeRestriction"),
        "--allow-privileged",
        *("--service-cluster-ip-range", SERVICES),
        *("--service-account-issuer", "https://kubernetes.default.svc"),
        *("--service-account-key-file", f"{PKI}/service-account.pub"),
        *("--service-account-signing-key-file", f"{PKI}/service-account.key"),
        # Logs and exec: the names of the nodes are in no DNS.
        *("--kubelet-preferred-address-types", "InternalIP"),
        *("--kubelet-certificate-authority", f"{PKI}/ca.crt"),
        *("--kubelet-client-certificate", f"{PKI}/apiserver-kubelet.crt"),
        *("--kubelet-client-key", f"{PKI}/apiserver-kubelet.key"),
        # Metrics APIs and the like are served by pods that trust this certificate.
        *("--proxy-client-cert-file", f"{PKI}/front-proxy.crt"),
        *("--proxy-client-key-file", f"{PKI}/front-proxy.key"),
        *("--requestheader-client-ca-file", f"{PKI}/front-proxy-ca.crt"),
        *("--requestheader-allowed-names", "front-proxy-client"),
        *("--requestheader-username-headers", "X-Remote-User"),
        *("--requestheader-group-headers", "X-Remote-Group"),
        *("--requestheader-extra-headers-prefix", "X-Remote-Extra-"),
        "--enable-aggregator-routing",
    ]


def _controllers() -> list[str]:
    return [
        *_own_kubeconfig("controller-manager"),
        *("--root-ca-file", f"{PKI}/ca.crt"),
        *("--service-account-private-key-file", f"{PKI}/service-account.key"),
        "--use-service-account-credentials",
        # Whoever tries an autoscaler out is to see it act: 15 s, where nothing is said.
        *("--horizontal-pod-autoscaler-sync-period", "5s"),
    ]


def _scheduler() -> list[str]:
    return _own_kubeconfig("scheduler")


def _own_kubeconfig(name: str) -> list[str]:
    file = f"{CONFIG}/{name}.kubeconfig"
    return [
        *("--kubeconfig", file),
        *("--authentication-kubeconfig", file),
        *("--authorization-kubeconfig", file),
        "--leader-elect=false",
    ]


def _policies(cluster: ClusterLayout, node: NodeLayout) -> list[str]:
    names = cluster.node(1).address
    return [f"{CONFIG}/policies.kubeconfig", node.name, SERVICES, names]


def _kubelet(node: NodeLayout) -> list[str]:
    return [
        *("--kubeconfig", f"{CONFIG}/kubelet.kubeconfig"),
        *("--config", f"{CONFIG}/kubelet.yaml"),
        *("--hostname-override", node.name),
        *("--node-ip", node.address),
    ]
