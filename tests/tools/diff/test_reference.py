"""A chart is found wherever its reference says it is, and nothing is left of what was fetched."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chartproof import engine
from chartproof.chart import Chart
from chartproof.diff.reference import Source, both
from chartproof.errors import InputError
from chartproof.login import registry_config
from tests.support.archives import packed
from tests.support.certificates import Authority
from tests.support.clones import commit, git
from tests.support.inline import write_chart
from tests.support.servers import NAME, PASSWORD, registry, web_server, with_password
from tests.support.tools import HELM3, HELM4
from tests.support.words import Words

COLOR = "kind: Color\napiVersion: v1\nmetadata: {name: shop}\ncolor: {{ .Values.color }}\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a git repository with two revisions of the chart in charts/shop, and stand in it."""
    folder = tmp_path / "repository"
    files = {"templates/color.yaml": COLOR, "values.yaml": "color: red\n"}
    write_chart(folder / "charts/shop", {**files, "ci/blue-values.yaml": "color: blue\n"})
    commit(folder)
    git(folder, "tag", "v1.0.0")
    (folder / "charts/shop/values.yaml").write_text("color: green\n")
    monkeypatch.chdir(folder)
    return folder


def colors(old: str, new: str, source: Source | None = None) -> tuple[str, str]:
    """Return the default colours of the charts that two references lead to."""
    with both(old, new, source or Source()) as (before, after):
        return before.values["color"], after.values["color"]


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v1.0.0:charts/shop", "charts/shop"),
        ("git:v1.0.0", "charts/shop"),
        ("git:v1.0.0", "charts/../charts/shop/"),
        ("HEAD:./charts/shop", "charts/shop"),
    ],
)
def test_a_revision_is_held_against_the_folder_as_it_is(old: str, new: str) -> None:
    assert colors(old, new) == ("red", "green")


def test_a_path_is_that_of_the_repository_wherever_one_stands(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(repository)
    monkeypatch.chdir(repository / "charts")
    assert colors("v1.0.0:charts/shop", "HEAD:./shop") == ("red", "green")
    assert colors("git:v1.0.0", "HEAD:charts/shop") == ("red", "green")
    assert colors("git:v1.0.0", "shop") == ("red", "green")


def test_the_work_tree_and_its_index_stay_as_they_are(repository: Path) -> None:
    (repository / "charts/shop/new.yaml").write_text("")
    git(repository, "add", "charts/shop/new.yaml")
    before = git(repository, "status", "--porcelain")
    colors("git:v1.0.0", "charts/shop")
    assert git(repository, "status", "--porcelain") == before != ""


def test_the_cases_of_a_revision_come_along_whatever_an_export_would_leave_out(
    repository: Path,
) -> None:
    (repository / ".gitattributes").write_text("ci export-ignore\n")
    commit(repository)
    with both("HEAD:charts/shop", "charts/shop", Source()) as (before, _):
        assert [case.name for case in before.cases()] == ["blue"]
        assert before.case("blue").values == {"color": "blue"}


def test_what_a_chart_links_to_and_depends_on_is_that_of_the_revision(repository: Path) -> None:
    chart = repository / "charts/shop"
    (repository / "schema.json").write_text('{"type": "object"}')
    (chart / "values.schema.json").symlink_to("../../schema.json")
    write_chart(repository / "charts/paint", {"values.yaml": "shade: dark\n", "Chart.yaml": PAINT})
    (chart / "Chart.yaml").write_text(
        "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
        "dependencies: [{name: paint, version: 1.0.0, repository: 'file://../paint'}]\n"
    )
    commit(repository)
    (repository / "charts/paint/values.yaml").write_text("shade: bright\n")
    with both("HEAD:charts/shop", "v1.0.0:charts/shop", Source()) as (before, _):
        assert before.schema == {"type": "object"}
        assert before.values["paint"]["shade"] == "dark"


PAINT = "apiVersion: v2\nname: paint\nversion: 1.0.0\n"


def test_a_chart_is_unpacked_for_its_cases_and_gone_afterwards(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = engine.package(repository / "charts/shop", tmp_path, None, None)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with both(str(archive), "v1.0.0:charts/shop", Source()) as charts:
        assert [[case.name for case in chart.cases()] for chart in charts] == [["blue"], ["blue"]]
        assert list(temporary.iterdir()) != []
    assert list(temporary.iterdir()) == []


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a classic repository with two versions of `shop`."""
    folder = tmp_path_factory.mktemp("web") / "charts"
    folder.mkdir()
    for version, key in (("1.0.0", "a"), ("1.1.0", "b")):
        packed(folder, version=version, key=key)
    with web_server(folder) as url:
        subprocess.run(
            [HELM4.path(), "repo", "index", folder, "--url", url], check=True, capture_output=True
        )
        yield url


def keys(old: str, new: str, source: Source) -> tuple[str, str]:
    """Return the default keys of the charts that two references lead to."""
    with both(old, new, source) as (before, after):
        return before.values["key"], after.values["key"]


@pytest.mark.needs("web", "helm4")
def test_charts_of_a_classic_repository_go_by_name_and_version(published: str) -> None:
    source = Source(repo=published)
    assert keys("shop@1.0.0", "shop@1.1.0", source) == ("a", "b")
    assert keys("shop@1.0.0", "shop", source) == ("a", "b")
    assert keys("shop", "shop@1.1.0", Source(repo=published, version="1.0.0")) == ("a", "b")
    assert keys("shop@~1.0", f"{published}/shop-1.1.0.tgz", source) == ("a", "b")


@pytest.mark.needs("web", "helm4")
def test_what_a_repository_does_not_have_is_told_with_its_address(published: str) -> None:
    with pytest.raises(InputError) as told:
        keys("shop@3.0.0", "shop", Source(repo=published))
    assert str(told.value).startswith(f"shop@3.0.0 in {published}: ")
    assert 'chart "shop" version "3.0.0" not found' in str(told.value)
    with pytest.raises(InputError, match=r"shop-9\.tgz: .*404"):
        keys(f"{published}/shop-9.tgz", "shop", Source(repo=published))


@pytest.mark.needs("web", "helm4")
def test_subcharts_that_git_does_not_hold_are_fetched(published: str, repository: Path) -> None:
    chart = repository / "charts/shop"
    asks = "apiVersion: v2\nname: mall\nversion: 1.0.0\ndependencies:\n  - name: shop\n"
    (chart / "Chart.yaml").write_text(f"{asks}    version: 1.0.0\n    repository: {published}\n")
    commit(repository)
    with both("HEAD:charts/shop", "v1.0.0:charts/shop", Source()) as (before, _):
        assert before.values["shop"]["key"] == "a"
    assert not (chart / "charts").exists()
    (chart / "Chart.yaml").write_text(f"{asks}    version: 9.0.0\n    repository: {published}\n")
    commit(repository)
    with pytest.raises(InputError, match=r"HEAD:.*: its subcharts shop cannot be had: .*9"):
        colors("HEAD:charts/shop", "v1.0.0:charts/shop")


class Guarded(SimpleHTTPRequestHandler):
    """Gives files to who has the password."""

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != f"Basic {b64encode(b'bob:builder').decode()}":
            self.send_error(401)
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.needs("helm4")
def test_a_classic_repository_is_open_to_a_name_and_password(tmp_path: Path) -> None:
    packed(tmp_path)
    subprocess.run([HELM4.path(), "repo", "index", tmp_path], check=True, capture_output=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Guarded, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        repo = f"http://127.0.0.1:{server.server_port}"
        given = Source(repo=repo, username="bob", password="builder")
        try:
            assert keys("shop", "shop@1.0.0", given) == ("a", "a")
            with pytest.raises(InputError, match="401"):
                keys("shop", "shop", Source(repo=repo))
        finally:
            server.shutdown()


@pytest.mark.needs("registry", "helm3")
def test_charts_of_a_registry_go_by_tag_digest_or_version(tmp_path: Path) -> None:
    with registry(tmp_path / "registry") as host:
        digests = []
        for version, key in (("1.0.0", "a"), ("1.1.0+x.2", "b")):
            archive = packed(tmp_path, version=version, key=key)
            done = subprocess.run(
                [HELM3.path(), "push", archive, f"oci://{host}/charts", "--plain-http"],
                check=True,
                capture_output=True,
                text=True,
            )
            digests += [line.split()[-1] for line in done.stderr.splitlines() if "Digest" in line]
        name, plain = f"oci://{host}/charts/shop", Source(plain_http=True)
        assert keys(f"{name}:1.0.0", f"{name}:1.1.0_x.2", plain) == ("a", "b")
        assert keys(f"{name}@{digests[0]}", f"{name}:1.1.0+x.2", plain) == ("a", "b")
        assert keys(name, name, Source(plain_http=True, version="1.0.0")) == ("a", "b")
        with pytest.raises(InputError, match=r"shop:2\.0\.0: .*not found"):
            keys(f"{name}:2.0.0", name, plain)


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("old", "told"),
    [
        ("charts/shopp", "charts/shopp: no such file or folder; expected a folder, an archive"),
        ("charts", "charts: not a chart, it has no Chart.yaml"),
        ("v9:charts/shop", "v9: no revision of the repository around"),
        ("v1.0.0:shop", "v1.0.0:shop: no chart there, it has no Chart.yaml; there are charts/shop"),
        ("git:v9", "v9: no revision of the repository around"),
        ("schema.json", "schema.json: no chart archive"),
        ("--upload-pack=x:charts/shop", "--upload-pack=x: no revision"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told(old: str, told: str) -> None:
    Path("schema.json").write_text("{}")
    with pytest.raises(InputError) as error:
        colors(old, "charts/shop")
    assert str(error.value).startswith(told)


@pytest.mark.usefixtures("repository")
def test_a_revision_without_a_path_needs_a_folder_beside_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        colors("git:v1.0.0", "git:HEAD")
    assert "git:REVISION stands for the folder of the other chart" in str(told.value)
    outside = write_chart(tmp_path / "outside", {}).path
    with pytest.raises(InputError, match="outside: git:REVISION needs a folder that git knows"):
        colors("git:v1.0.0", str(outside))


@pytest.mark.usefixtures("repository")
def test_a_folder_is_read_where_it_is() -> None:
    with both("charts/shop", "charts/shop", Source()) as (before, _):
        assert before.path == Path("charts/shop")
        assert isinstance(before, Chart)


@pytest.mark.needs("registry", "helm4")
def test_a_private_registry_is_open_to_who_has_logged_in_with_helm(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    config = tmp_path / "helm/registry.json"
    env = {**os.environ, "HELM_REGISTRY_CONFIG": str(config)}
    with registry(tmp_path / "registry", with_password(tmp_path / "auth")) as host:
        name = f"oci://{host}/charts/shop:1.0.0"

        def diff(*words: str) -> subprocess.CompletedProcess[str]:
            program = "from chartproof.cli import main; main()"
            command = [sys.executable, "-c", program, "diff", name, str(archive), "--plain-http"]
            return subprocess.run(
                [*command, *words], env=env, capture_output=True, text=True, check=False
            )

        def helm(*words: str | Path) -> None:
            command = [HELM4.path(), *words, "--plain-http"]
            subprocess.run(command, env=env, check=True, capture_output=True)

        login = ("-u", NAME, "-p", PASSWORD)
        helm("registry", "login", host, *login)
        helm("push", archive, f"oci://{host}/charts")
        assert diff().stdout.startswith("shop 1.0.0 -> 1.0.0, 1 case: defaults\n")
        config.unlink()
        refused = diff()
        assert refused.returncode == 2
        assert "401" in refused.stderr or "credential" in refused.stderr
        given = diff("--username", NAME, "--password", PASSWORD)
        assert given.stdout.startswith("shop 1.0.0 -> 1.0.0, 1 case: defaults\n"), given.stderr


@pytest.mark.needs("registry", "helm4")
def test_a_certificate_of_an_authority_of_ones_own_is_taken_by_ssl_cert_file(
    tmp_path: Path,
) -> None:
    archive = packed(tmp_path)
    authority = Authority(tmp_path)
    program = "from chartproof.cli import main; main()"
    with registry(tmp_path / "registry", certificate=authority.issue("localhost")) as host:
        push: Words = ["push", archive, f"oci://{host}/charts", "--insecure-skip-tls-verify"]
        subprocess.run([HELM4.path(), *push], check=True, capture_output=True)
        name = f"oci://{host}/charts/shop:1.0.0"
        command = [sys.executable, "-c", program, "diff", name, str(archive)]
        strange = subprocess.run(command, capture_output=True, text=True, check=False)
        assert strange.returncode == 2
        assert "failed to verify certificate" in strange.stderr
        known = {**os.environ, "SSL_CERT_FILE": str(authority.ca)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=known)
        assert done.stdout.startswith("shop 1.0.0 -> 1.0.0, 1 case: defaults\n"), done.stderr


@pytest.mark.needs("helm4")
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"XDG_CONFIG_HOME": "/xdg"},
        {"XDG_CONFIG_HOME": "/xdg", "HELM_CONFIG_HOME": "/helm"},
        {"HELM_CONFIG_HOME": "/helm", "HELM_REGISTRY_CONFIG": "/logins.json"},
    ],
)
def test_logins_are_looked_for_where_helm_keeps_them(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CONFIG_HOME", "HELM_CONFIG_HOME", "HELM_REGISTRY_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    said = subprocess.check_output([HELM4.path(), "env", "HELM_REGISTRY_CONFIG"], text=True)
    assert str(registry_config()) == said.strip()
