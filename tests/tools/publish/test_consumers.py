"""A consumer who never saw the source finds, verifies, reads and renders a published chart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chartproof.package import package
from chartproof.provenance import sign
from chartproof.publish import Settings, publish
from tests.support.helm import HELMS, Helm
from tests.support.keys import OWNER, Key
from tests.support.servers import registry, web_server
from tests.support.words import Words

pytestmark = pytest.mark.needs("helm3", "helm4", "gnupg", "web", "registry")

CHART = Path(__file__).parents[3] / "chart"
NAME = "rabbitmq-workers"
VERSIONS = ("0.1.0", "0.2.0")
IMAGE = ["--set", "worker.image.repository=registry.example.com/workers,worker.image.tag=v1"]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory, key: Key) -> list[Path]:
    """Give two signed versions of this repository's chart."""
    folder = tmp_path_factory.mktemp("archives")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", str(key.home))
        made = [package(CHART, folder, version=it, allow_dirty=True).path for it in VERSIONS]
        for archive in made:
            sign(archive, OWNER)
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, archives: list[Path]) -> Iterator[str]:
    """Give the address of a classic repository with both."""
    folder = tmp_path_factory.mktemp("classic") / "site"
    for archive in archives:
        publish([archive], str(folder), Settings(), apply=True)
    with web_server(folder) as url:
        yield url


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, archives: list[Path]) -> Iterator[str]:
    """Give a registry with both."""
    with registry(tmp_path_factory.mktemp("oci")) as host:
        publish(archives, f"oci://{host}/charts", Settings(plain_http=True), apply=True)
        yield host


@pytest.fixture
def classic(helm: Helm, site: str) -> Helm:
    """Give a Helm that has added the classic repository."""
    helm("repo", "add", "charts", site)
    return helm


def test_the_classic_repository_is_searched(classic: Helm) -> None:
    found = json.loads(classic("search", "repo", "amqp", "--versions", "-o", "json"))
    assert [(it["name"], it["version"]) for it in found] == [
        (f"charts/{NAME}", version) for version in reversed(VERSIONS)
    ]
    assert found[0]["app_version"] == "4.3.6"


def test_a_chart_of_the_classic_repository_is_read_before_it_is_installed(classic: Helm) -> None:
    values = (CHART / "values.yaml").read_text().strip()
    assert classic("show", "values", f"charts/{NAME}").strip() == values
    assert "version: 0.1.0" in classic("show", "chart", f"charts/{NAME}", "--version", "0.1.0")


def test_a_chart_of_the_classic_repository_is_pulled_and_verified(
    classic: Helm, archives: list[Path], key: Key, tmp_path: Path
) -> None:
    verify: Words = ["--verify", "--keyring", key.public, "--destination", tmp_path]
    done = classic.run("pull", f"charts/{NAME}", "--version", "0.1.0", *verify)
    assert done.returncode == 0, done.stderr
    assert OWNER in done.stdout + done.stderr
    assert (tmp_path / archives[0].name).read_bytes() == archives[0].read_bytes()


def test_a_chart_that_somebody_changed_on_the_server_is_not_taken(
    helm: Helm, archives: list[Path], key: Key, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    publish(archives, str(folder), Settings(), apply=True)
    changed = folder / archives[0].name
    changed.write_bytes(archives[1].read_bytes())
    with web_server(folder) as url:
        helm("repo", "add", "charts", url)
        pull: Words = ["pull", f"charts/{NAME}", "--version", "0.1.0", "--destination", tmp_path]
        assert helm.run(*pull, "--verify", "--keyring", key.public).returncode != 0


def test_a_chart_of_the_classic_repository_is_rendered(classic: Helm) -> None:
    chart = [f"charts/{NAME}", "--version", "0.1.0"]
    shown = classic("template", "demo", *chart, *IMAGE, "--kube-version", "1.33")
    assert "kind: StatefulSet" in shown
    assert f"helm.sh/chart: {NAME}-0.1.0" in shown


def test_a_chart_of_the_registry_is_read_before_it_is_installed(helm: Helm, host: str) -> None:
    values = (CHART / "values.yaml").read_text().strip()
    chart = f"oci://{host}/charts/{NAME}"
    assert helm("show", "values", chart, "--plain-http").strip() == values
    assert "version: 0.2.0" in helm("show", "chart", chart, "--plain-http")


def test_a_chart_of_the_registry_is_pulled_and_verified(
    helm: Helm, host: str, archives: list[Path], key: Key, tmp_path: Path
) -> None:
    words: Words = ["--version", "0.1.0", "--plain-http", "--destination", tmp_path]
    verify: Words = ["--verify", "--keyring", key.public]
    helm("pull", f"oci://{host}/charts/{NAME}", *words, *verify)
    assert (tmp_path / archives[0].name).read_bytes() == archives[0].read_bytes()


def test_a_chart_of_the_registry_is_rendered(helm: Helm, host: str) -> None:
    chart = [f"oci://{host}/charts/{NAME}", "--version", "0.1.0", "--plain-http"]
    shown = helm("template", "demo", *chart, *IMAGE, "--kube-version", "1.33")
    assert f"helm.sh/chart: {NAME}-0.1.0" in shown


# Helm 3 wants a cluster for this; tests/cluster/test_published.py has one.
def test_helm_4_tells_what_an_install_would_make(site: str, host: str, tmp_path: Path) -> None:
    helm = Helm(HELMS["helm 4"], tmp_path / "helm")
    helm("repo", "add", "charts", site)
    for chart in ([f"charts/{NAME}"], [f"oci://{host}/charts/{NAME}", "--plain-http"]):
        words = ["--version", "0.1.0", *IMAGE, "--dry-run=client"]
        assert "kind: StatefulSet" in helm("install", "demo", *chart, *words)


def test_the_registry_tells_which_versions_there_are(helm: Helm, host: str, tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    chart.mkdir()
    below = f'{{name: {NAME}, version: "~0.1.0", repository: "oci://{host}/charts"}}'
    text = f"apiVersion: v2\nname: above\nversion: 1.0.0\ndependencies: [{below}]\n"
    (chart / "Chart.yaml").write_text(text)
    helm("dependency", "update", chart, "--plain-http")
    assert [it.name for it in (chart / "charts").iterdir()] == [f"{NAME}-0.1.0.tgz"]
