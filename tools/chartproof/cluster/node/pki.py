"""The keys and certificates of one cluster, and the kubeconfig files made of them."""

import base64
from pathlib import Path

import yaml

from chartproof.cluster.node.authority import Authority, save_secret, signing_key
from chartproof.cluster.node.layout import DOMAIN, FIRST_SERVICE, ClusterLayout

ADMINISTRATORS = "system:masters"
LOOPBACK = "127.0.0.1"


def make_pki(cluster: ClusterLayout, folder: Path) -> None:
    """Write every key and certificate of a cluster into `folder`.

    Users are known by client certificates, so no password or token is in any file. The front
    proxy has an authority of its own: who holds its certificate may speak for any user.
    """
    folder.mkdir(parents=True)
    authority = Authority(f"{cluster.name}-ca")
    (folder / "ca.crt").write_bytes(authority.certificate)
    api_names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    api_names.append(f"kubernetes.default.svc.{DOMAIN}")
    api_addresses = [FIRST_SERVICE, cluster.node(1).address, LOOPBACK]
    authority.server("kube-apiserver", [*api_names, "localhost", *api_addresses]).save(
        folder, "apiserver"
    )
    users = {
        "admin": ("admin", [ADMINISTRATORS]),
        "apiserver-kubelet": ("kube-apiserver-kubelet", [ADMINISTRATORS]),
        "controller-manager": ("system:kube-controller-manager", []),
        "scheduler": ("system:kube-scheduler", []),
        "proxy": ("system:kube-proxy", []),
        "policies": ("chartproof:policies", []),
        "dns": ("chartproof:dns", []),
        "storage": ("chartproof:storage", []),
    }
    for file, (user, groups) in users.items():
        authority.client(user, groups).save(folder, file)
    for node in cluster.nodes():
        kubelet = authority.client(f"system:node:{node.name}", ["system:nodes"])
        kubelet.save(folder, f"{node.name}-kubelet")
        authority.server(node.name, [node.name, node.address]).save(folder, f"{node.name}-serving")
    front = Authority(f"{cluster.name}-front-proxy-ca")
    (folder / "front-proxy-ca.crt").write_bytes(front.certificate)
    front.client("front-proxy-client").save(folder, "front-proxy")
    private, public = signing_key()
    save_secret(folder / "service-account.key", private)
    (folder / "service-account.pub").write_bytes(public)


def kubeconfig(pki: Path, user: str, server: str, context: str) -> str:
    """Return a kubeconfig that holds all it needs: the authority, and the user's certificate.

    `user` names the files of the certificate, `server` is HOST:PORT.
    """
    cluster = {"server": f"https://{server}", "certificate-authority-data": _data(pki / "ca.crt")}
    credentials = {
        "client-certificate-data": _data(pki / f"{user}.crt"),
        "client-key-data": _data(pki / f"{user}.key"),
    }
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": context, "cluster": cluster}],
            "users": [{"name": user, "user": credentials}],
            "contexts": [{"name": context, "context": {"cluster": context, "user": user}}],
            "current-context": context,
        },
        sort_keys=False,
    )


def _data(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
