"""A real API server refuses the upgrades that `chartproof diff` says fail, and takes the others."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from kr8s.objects import Deployment

from chartproof.cluster.helm import Target
from chartproof.cluster.watch import connect
from tests.cluster.conftest import Brought
from tests.cluster.releases import namespace_of
from tests.support.inline import write_chart
from tests.support.tools import HELM3, HELM4, GoTool
from tests.support.words import Words
from tests.tools.diff.planted import planted

pytestmark = pytest.mark.needs("cluster", "helm3", "helm4")

HELMS = (HELM3, HELM4)
WORDS = ("immutable", "forbidden", "may not change", "cannot change")
REFUSED = (
    *("immutable-selector", "immutable-claim-templates", "immutable-service-name"),
    *("immutable-role", "immutable-job", "immutable-storage-class", "sealed-secret"),
    *("volume-shrinks", "service-gets-an-address"),
)
TAKEN = (
    *("image-major", "removed-port", "renamed-statefulset", "deployment-becomes-statefulset"),
    *("statefulset-on-delete", "lost-addresses", "cron-job", "checksum-of-a-config-map"),
    *("scaled-down-volumes", "random-password", "version-labels", "what-is-filled-in"),
)


Done = subprocess.CompletedProcess[str]


@contextmanager
def upgraded(
    tool: GoTool, cluster: Brought, name: str, folder: Path
) -> Iterator[tuple[Done, Target]]:
    """Install the old chart of a planted upgrade and upgrade it; take the release away at last."""
    target = namespace_of(cluster, f"diff-{name}")
    upgrade = planted(name)
    where: Words = ["--kubeconfig", cluster.kubeconfig]
    where += ["--namespace", target.namespace]

    def helm(*words: str | Path) -> Done:
        command: Words = [tool.path(), *words, *where]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def chart(side: str, files: Mapping[str, str]) -> Path:
        return write_chart(folder / side, files).path

    installed = helm("install", "release-name", chart("old", upgrade.old))
    assert installed.returncode == 0, installed.stderr
    try:
        yield helm("upgrade", "release-name", chart("new", upgrade.new)), target
    finally:
        helm("uninstall", "release-name", "--wait")


@pytest.mark.parametrize("tool", HELMS, ids=("helm3", "helm4"))
@pytest.mark.parametrize("name", REFUSED)
def test_what_diff_says_fails_is_refused(
    tool: GoTool, cluster: Brought, name: str, tmp_path: Path
) -> None:
    assert planted(name).judged(tmp_path / "judged").is_refused
    with upgraded(tool, cluster, name, tmp_path) as (done, _):
        assert done.returncode != 0
        assert any(word in done.stderr.lower() for word in WORDS), done.stderr


@pytest.mark.parametrize("tool", HELMS, ids=("helm3", "helm4"))
@pytest.mark.parametrize("name", TAKEN)
def test_what_diff_says_works_is_taken(
    tool: GoTool, cluster: Brought, name: str, tmp_path: Path
) -> None:
    assert not planted(name).judged(tmp_path / "judged").is_refused
    with upgraded(tool, cluster, name, tmp_path) as (done, _):
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("tool", HELMS, ids=("helm3", "helm4"))
def test_one_pod_is_left_where_their_number_is_no_longer_given(
    tool: GoTool, cluster: Brought, tmp_path: Path
) -> None:
    with upgraded(tool, cluster, "autoscaler-comes", tmp_path) as (done, target):
        assert done.returncode == 0, done.stderr
        api = connect(cluster.kubeconfig, None)
        assert Deployment.get("web", namespace=target.namespace, api=api).spec.replicas == 1
