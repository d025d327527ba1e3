"""A chart is installed and upgraded from where it is, as docs/publishing.md says, by both Helms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

# Here and not when it is needed: while pytest rewrites a module, Python 3.11 cannot bear that
# leftovers of kr8s are collected and told of.
import chartproof.publish.registry  # noqa: F401
from chartproof.cluster.install import ensure_namespace
from chartproof.cluster.watch import connect
from chartproof.package import package
from chartproof.provenance import sign
from chartproof.publish import Settings, publish
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import worker_image
from tests.pages.guide import follow, section
from tests.pages.test_publishing_page import INSTALL, PAGE, REGISTRY
from tests.support.helm import HELMS, Helm, homes
from tests.support.keys import OWNER, Key, new_key
from tests.support.servers import registry, web_server
from tests.support.tools import GoTool

pytestmark = pytest.mark.needs("cluster", "helm3", "helm4", "gnupg", "web", "registry")

NAME = "rabbitmq-workers"
VERSIONS = ("0.1.0", "0.1.1")


@pytest.fixture(scope="module")
def key() -> Iterator[Key]:
    """Give the maintainer's key."""
    with new_key() as key:
        yield key


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory, key: Key) -> Sequence[Path]:
    """Give two signed versions of the chart."""
    folder = tmp_path_factory.mktemp("archives")
    chart = REPOSITORY / "chart"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", str(key.home))
        made = [package(chart, folder, version=it, allow_dirty=True).path for it in VERSIONS]
        for archive in made:
            sign(archive, OWNER)
    return made


@pytest.mark.parametrize("tool", HELMS.values(), ids=HELMS)
def test_the_pages_install_and_upgrade_work_with_both_helms(
    cluster: Brought,
    archives: Sequence[Path],
    key: Key,
    tmp_path: Path,
    tool: GoTool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    namespace = f"published-{tool.version[1]}"
    ensure_namespace(connect(cluster.kubeconfig, None), namespace)
    home = Helm(tool, tmp_path / "helm")
    for name, text in homes(home.home).items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    monkeypatch.setenv("HELM_NAMESPACE", namespace)
    (tmp_path / "values.yaml").write_text(worker_image(cluster).read_text())
    (tmp_path / "keys.gpg").write_bytes(key.public.read_bytes())
    site = tmp_path / "site"
    publish(archives, str(site), Settings(), apply=True)
    with web_server(site) as url, registry(tmp_path / "registry") as host:
        publish(archives, f"oci://{host}/charts", Settings(plain_http=True), apply=True)
        home("repo", "add", "charts", url)
        page = section(PAGE, INSTALL).replace(REGISTRY, host)
        for outcome in follow(page, tmp_path, str(tool.path().parent)):
            told = f"$ {outcome.command.words}\n{outcome.printed}"
            assert outcome.code == 0, told
            assert not outcome.missing, told
            if "upgrade" in outcome.command.words:
                deployed = home("list", "--namespace", namespace, "--output", "json")
                assert f'"chart":"{NAME}-0.1.1"' in deployed
                assert '"status":"deployed"' in deployed
    assert home("list", "--namespace", namespace, "--short") == ""
