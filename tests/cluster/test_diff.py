"""A real API server refuses the upgrades that `chartproof diff` says fail, and takes the others."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cluster.conftest import Brought
from tests.cluster.releases import namespace_of
from tests.support.inline import write_chart
from tests.support.tools import HELM4
from tests.tools.diff.planted import planted

pytestmark = pytest.mark.needs("cluster", "helm4")

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


def upgraded(cluster: Brought, name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Install the old chart of a planted upgrade, upgrade to the new one, and take it away."""
    target = namespace_of(cluster, f"diff-{name}")
    upgrade = planted(name)
    where = ["--kubeconfig", cluster.kubeconfig, "--namespace", target.namespace]

    def helm(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [HELM4.path(), *words, *where]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def chart(side: str, files: Mapping[str, str]) -> Path:
        return write_chart(folder / side, files).path

    installed = helm("install", "release-name", chart("old", upgrade.old))
    assert installed.returncode == 0, installed.stderr
    try:
        return helm("upgrade", "release-name", chart("new", upgrade.new))
    finally:
        helm("uninstall", "release-name", "--wait")


@pytest.mark.parametrize("name", REFUSED)
def test_what_diff_says_fails_is_refused(cluster: Brought, name: str, tmp_path: Path) -> None:
    assert planted(name).judged(tmp_path / "judged").is_refused
    done = upgraded(cluster, name, tmp_path)
    assert done.returncode != 0
    assert any(word in done.stderr for word in ("immutable", "Forbidden", "forbidden")), done.stderr


@pytest.mark.parametrize("name", TAKEN)
def test_what_diff_says_works_is_taken(cluster: Brought, name: str, tmp_path: Path) -> None:
    assert not planted(name).judged(tmp_path / "judged").is_refused
    done = upgraded(cluster, name, tmp_path)
    assert done.returncode == 0, done.stderr
