"""The charts that `chartproof new` begins, as they come, on a real Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kr8s.objects import Pod

from chartproof.chart import Chart
from chartproof.cluster import oci
from chartproof.cluster.engine import Image
from chartproof.cluster.oci import Entry
from chartproof.render import render
from chartproof.scaffold import Kind, create
from tests.cluster.conftest import Brought
from tests.cluster.reader import Reader, reader
from tests.cluster.releases import wait_for
from tests.support.broker import free_ports
from tests.support.tools import BUSYBOX

pytestmark = pytest.mark.needs("cluster", "helm4")

APPLETS = ("sh", "date", "sleep")
PATIENCE_S = 30
"""How long a worker may be without a sign of life, by the chart's values."""
GREETING = b"It works.\n"
# The image of the web chart is an nginx that stands in for the user's own; this stands in for it.
SERVE = ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]


@pytest.fixture
def installed(cluster: Brought, kind: Kind, tmp_path: Path) -> Iterator[Reader]:
    """Begin a chart and install it by the command in its README.md, with the image it names."""
    create(tmp_path / "shop", kind)
    load(cluster, image(Chart.load(tmp_path / "shop/chart")), tmp_path)
    one = reader(cluster, f"new-{kind}", tmp_path / "shop")
    page = (tmp_path / "shop/chart/README.md").read_text("utf-8")
    (outcome,) = one.types(page)
    assert "install" in outcome.command.words
    yield one
    one.runs("helm uninstall shop --wait")


def image(chart: Chart) -> str:
    """Return the image of a chart's one Deployment."""
    (deployment,) = render(chart, {}).of_kind("Deployment")
    (container,) = deployment.body["spec"]["template"]["spec"]["containers"]
    return str(container["image"])


def load(cluster: Brought, reference: str, folder: Path) -> None:
    """Put an image of Busybox into the cluster, which serves a page unless it is told otherwise."""
    entries = [
        *map(Entry, ("bin", "www")),
        Entry("bin/busybox", BUSYBOX.path().read_bytes()),
        *(Entry(f"bin/{name}", link="busybox") for name in APPLETS),
        Entry("www/index.html", GREETING),
    ]
    layer = oci.layer(folder / "layer.tar", entries)
    archive = folder / "image.tar"
    oci.write_archive(archive, reference, [layer], {"Entrypoint": SERVE, "Env": ["PATH=/bin"]})
    repository, _, tag = reference.rpartition(":")
    cluster.load([Image(repository, tag, archive)])


def the_pod(one: Reader) -> Pod | None:
    """Return the release's one pod, once it is ready."""
    pod: Any
    (pod,) = Pod.list(namespace=one.target.namespace, api=one.watch.api)
    return pod if pod.ready() else None


def typed_in(notes: str) -> str:
    """Return the command that a chart's notes show."""
    (found,) = re.findall(r"^  (kubectl .*)$", notes, re.M)
    return str(found)


@pytest.mark.parametrize("kind", [Kind.WEB])
def test_the_web_chart_serves_its_page_at_the_port_that_its_notes_name(installed: Reader) -> None:
    wait_for(lambda: the_pod(installed) is not None, seconds=60)
    (port,) = free_ports(1)
    forward = typed_in(installed.runs("helm get notes shop")).replace(" 8080:", f" {port}:")
    ask = f"{BUSYBOX.path()} wget -q -O - http://127.0.0.1:{port}/"
    said = installed.runs(f"{forward} & until {ask}; do sleep 0.2; done; kill $!")
    assert GREETING.decode() in said


@pytest.mark.parametrize("kind", [Kind.WORKERS])
def test_a_worker_gives_one_sign_of_life_after_the_other(installed: Reader) -> None:
    wait_for(lambda: the_pod(installed) is not None, seconds=60)
    first = last_sign(installed)
    wait_for(lambda: last_sign(installed) > first, seconds=PATIENCE_S)
    pod = the_pod(installed)
    assert pod is not None
    assert pod.status.containerStatuses[0].restartCount == 0
    installed.runs(typed_in(installed.runs("helm get notes shop")).replace(" --follow", ""))


def last_sign(one: Reader) -> int:
    """Return when the worker gave its last sign of life, in seconds since 1970."""
    (pod,) = Pod.list(namespace=one.target.namespace, api=one.watch.api)
    return int(pod.exec(["date", "-r", "/tmp/alive", "+%s"]).stdout)  # noqa: S108 - in the pod
