"""What others bring into a cluster: built from their modules, and installed as they say."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from chartproof.cluster import oci
from chartproof.cluster.engine import Image
from chartproof.cluster.install import ensure_namespace
from chartproof.cluster.oci import Entry
from chartproof.cluster.watch import connect
from tests.cluster.conftest import Brought
from tests.cluster.releases import helm
from tests.support.go_modules import CERT_MANAGER, KEDA, METRICS_SERVER, GoModule
from tests.support.tools import HELM4
from tests.support.words import Words

Object = dict[str, Any]

USER = "1000"  # the pods ask for anybody but root
KEDA_MANIFESTS = ("crd/bases", "rbac", "manager", "metrics-server", "service_account")
KEDA_IMAGE = f"localhost/keda:{KEDA.version}"
METRICS_SERVER_IMAGE = f"localhost/metrics-server:{METRICS_SERVER.version}"
CERTIFICATES = Path(__file__).parents[1] / "support" / "cert_manager" / "main.go"
# The kubelet's certificate is the cluster's own, which every pod has the authority of.
AUTHORITY = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"


@contextmanager
def keda(cluster: Brought) -> Iterator[None]:
    """Run KEDA's operator and metrics API, with its definitions and rights, its webhooks apart."""
    built = KEDA.build("./cmd/operator", "./cmd/adapter")
    load(cluster, KEDA_IMAGE, {"keda": built / "operator", "keda-adapter": built / "adapter"})
    objects = [_of_image(each, KEDA_IMAGE) for each in manifests(KEDA, "config", KEDA_MANIFESTS)]
    with installed(cluster, "keda", objects):
        yield


@contextmanager
def metrics_server(cluster: Brought) -> Iterator[None]:
    """Run metrics-server, from the chart in its module; it verifies the kubelets."""
    built = METRICS_SERVER.build("./cmd/metrics-server")
    load(cluster, METRICS_SERVER_IMAGE, {"metrics-server": built / "metrics-server"})
    repository, _, tag = METRICS_SERVER_IMAGE.rpartition(":")
    values = {
        "image": {"repository": repository, "tag": tag, "pullPolicy": "Never"},
        "args": [f"--kubelet-certificate-authority={AUTHORITY}"],
    }
    chart = METRICS_SERVER.folder() / "charts" / "metrics-server"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(values, file)
        file.flush()
        words = ("install", "metrics-server", chart, "-f", file.name, "--wait")
        helm(HELM4, cluster, "kube-system", *words)
    yield
    helm(HELM4, cluster, "kube-system", "uninstall", "metrics-server", "--wait")


@contextmanager
def cert_manager(cluster: Brought) -> Iterator[None]:
    """Run the controllers that issue certificates, as a process beside the cluster."""
    program = CERT_MANAGER.build("./cmd/proof", added={"cmd/proof/main.go": CERTIFICATES})
    objects = manifests(CERT_MANAGER, "deploy", ["crds"])
    with installed(cluster, "cert-manager", objects):
        command: Words = [program / "proof", "--kubeconfig", cluster.kubeconfig]
        with subprocess.Popen(command) as controllers:
            try:
                yield
                assert controllers.poll() is None, "cert-manager's controllers have ended"
            finally:
                controllers.terminate()


def load(cluster: Brought, reference: str, programs: Mapping[str, Path]) -> None:
    """Put an image into the cluster that holds static programs, by their names in it."""
    entries = [Entry(name, program.read_bytes()) for name, program in programs.items()]
    config = {"Entrypoint": [f"/{entries[0].path}"], "User": USER}
    with tempfile.TemporaryDirectory() as folder:
        layer = oci.layer(Path(folder) / "layer.tar", entries)
        archive = Path(folder) / "image.tar"
        oci.write_archive(archive, reference, [layer], config)
        repository, _, tag = reference.rpartition(":")
        cluster.load([Image(repository, tag, archive)])


def manifests(module: GoModule, folder: str, parts: Sequence[str]) -> list[Object]:
    """Read the objects in folders of a module, what is for kustomize left out."""
    files = [
        file
        for part in parts
        for file in sorted((module.folder() / folder / part).glob("*.yaml"))
        if file.name != "kustomization.yaml"
    ]
    return [
        each
        for file in files
        for each in yaml.load_all(file.read_text(), yaml.CSafeLoader)
        if each is not None
    ]


@contextmanager
def installed(cluster: Brought, name: str, objects: Sequence[Object]) -> Iterator[None]:
    """Have objects in the namespace `name` until the end, as a release that Helm waits for."""
    ensure_namespace(connect(cluster.kubeconfig, None), name)
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder)
        (chart / "templates").mkdir()
        (chart / "Chart.yaml").write_text(f"{{apiVersion: v2, name: {name}, version: 0.0.0}}\n")
        for number, each in enumerate(objects):
            text = yaml.dump(each, Dumper=yaml.CSafeDumper, sort_keys=False)
            assert "{{" not in text, "Helm would take it for an expression"
            (chart / "templates" / f"{number}.yaml").write_text(text)
        helm(HELM4, cluster, name, "install", name, chart, "--wait")
    yield
    helm(HELM4, cluster, name, "uninstall", name, "--wait")


def _of_image(each: Object, reference: str) -> Object:
    if each["kind"] == "Deployment":
        for container in each["spec"]["template"]["spec"]["containers"]:
            container |= {"image": reference, "imagePullPolicy": "Never"}
    return each
