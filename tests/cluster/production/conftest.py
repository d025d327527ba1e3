"""The profile for production, installed as docs/chart.md says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml
from kr8s.objects import PersistentVolumeClaim

from chartproof.cluster.helm import Target
from chartproof.cluster.watch import Watch
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.reader import FULLNAME, RELEASE, Reader, reader
from tests.cluster.releases import helm, sizes, wait_for, worker_image
from tests.pages.guide import section
from tests.support.tools import HELM4

CHART = REPOSITORY / "chart"
NAMESPACE = "profile"
BROKER = f"{FULLNAME}-broker"
SIZES = {"broker": 3, "producer": 2, "consumer": 3}


@pytest.fixture(scope="package")
def typist(cluster: Brought, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Give a reader of docs/chart.md, who wants messages flowing."""
    typist = reader(cluster, NAMESPACE, tmp_path_factory.mktemp("profile"))
    values = yaml.safe_load(worker_image(cluster).read_text())
    flowing = {"audit": True, "producer": {"rate": 50}}
    (typist.folder / "my-values.yaml").write_text(yaml.safe_dump({**values, **flowing}))
    return typist


@pytest.fixture(scope="package")
def target(cluster: Brought, typist: Reader) -> Iterator[Target]:
    """Install the profile as docs/chart.md says; the volumes go at the end as well."""
    target = typist.target
    install(typist)
    yield target
    helm(HELM4, cluster, NAMESPACE, "uninstall", RELEASE, "--wait")
    for claim in PersistentVolumeClaim.list(namespace=NAMESPACE, api=Watch(target).api):
        claim.delete()


def install(typist: Reader) -> None:
    """Install the profile, its passwords and certificates made up anew."""
    typist.types(section((REPOSITORY / "docs/chart.md").read_text("utf-8"), "Profiles"))
    wait_for(lambda: sizes(typist.watch) == SIZES, seconds=300)
