"""`chartproof package` makes one archive of one commit, wherever and whenever it runs."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

from chartproof.errors import InputError
from chartproof.package import package
from tests.support.clones import commit, git
from tests.support.command_line import CHARTPROOF
from tests.support.tools import HELM3, HELM4, GoTool


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """Give a committed chart with everything that may differ between two archives of it."""
    folder = tmp_path / "repository/chart"
    write(folder / "Chart.yaml", "apiVersion: v2 # of Helm 3\nname: odd\nversion: 1.0.0\n")
    write(folder / "values.yaml", "key: 1 # kept\n")
    write(folder / "templates/one.yaml", "kind: One\n")
    write(folder / "templates/zeta/two.yaml", "kind: Two\n")
    write(folder / "templates/.hidden", "")
    write(folder / "files/empty", "")
    (folder / "files/binary").write_bytes(bytes(range(256)))
    write(folder / "ci/case-values.yaml", "key: 2\n")
    write(folder / "notes/draft.md", "")
    write(folder / "notes/kept.md", "")
    write(folder / "deep/notes/draft.md", "")
    write(folder / "a.log", "")
    write(folder / "deep/b.log", "")
    write(folder / "README.md", "# odd\n")
    write(folder / ".helmignore", "# a comment\nci/\n*.log\n/notes/draft.md\n.git\n\n")
    write(folder.parent / "shared.json", '{"type": "object"}')
    (folder / "values.schema.json").symlink_to("../shared.json")
    (folder / "README.md").chmod(0o755)
    commit(folder.parent)
    return folder


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def unpacked(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {it.name: file.read() for it in tar if (file := tar.extractfile(it))}


def test_two_clones_at_two_times_under_two_masks_and_zones_give_one_digest(
    chart: Path, tmp_path: Path
) -> None:
    printed = []
    for name, mask, zone in (("first", 0o077, "Pacific/Auckland"), ("second", 0o002, "UTC")):
        clone = tmp_path / name
        git(tmp_path, "clone", "--quiet", str(chart.parent), str(clone))
        done = subprocess.run(
            [CHARTPROOF, "package", clone / "chart", "-d", tmp_path / f"{name}-out"],
            umask=mask,
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        )
        printed.append(done.stdout.splitlines())
        time.sleep(1.1)  # a file's time is kept to the second in an archive
    (one, digest), (other, other_digest) = printed
    assert digest == other_digest
    assert Path(one).read_bytes() == Path(other).read_bytes()
    assert digest == f"sha256:{hashlib.sha256(Path(one).read_bytes()).hexdigest()}"


@pytest.mark.needs("helm3", "helm4")
@pytest.mark.parametrize("helm", [HELM3, HELM4], ids=["helm 3", "helm 4"])
def test_it_unpacks_to_what_helms_own_archive_does(
    chart: Path, tmp_path: Path, helm: GoTool
) -> None:
    versions = ["--version", "2.0.0", "--app-version", "v7"]
    subprocess.run([helm.path(), "package", chart, "-d", tmp_path, *versions], check=True)
    own = package(chart, tmp_path / "own", version="2.0.0", app_version="v7")
    assert own.path.name == "odd-2.0.0.tgz"
    theirs = unpacked(tmp_path / "odd-2.0.0.tgz")
    assert unpacked(own.path) == theirs
    assert {"odd/notes/kept.md", "odd/deep/notes/draft.md", "odd/files/binary"} <= theirs.keys()
    assert not {"odd/a.log", "odd/deep/b.log", "odd/notes/draft.md"} & theirs.keys()


def test_versions_given_are_in_the_archive_and_the_chart_is_untouched(
    chart: Path, tmp_path: Path
) -> None:
    packed = package(chart, tmp_path, version="2.0.0-rc.1+7", app_version="4.3")
    text = unpacked(packed.path)["odd/Chart.yaml"].decode()
    assert "version: 2.0.0-rc.1+7\n" in text
    assert "appVersion: " in text
    assert git(chart, "status", "--porcelain") == ""


def test_a_commit_that_changes_nothing_of_the_chart_gives_the_same_digest(
    chart: Path, tmp_path: Path
) -> None:
    before = package(chart, tmp_path / "before")
    write(chart.parent / "elsewhere", "new")
    commit(chart.parent)
    assert package(chart, tmp_path / "after").digest == before.digest


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("chart/values.yaml", "M chart/values.yaml"),
        ("chart/templates/new.yaml", "?? chart/templates/new.yaml"),
        ("shared.json", "M shared.json"),
    ],
    ids=["a change", "a new file", "a change of what a link leads to"],
)
def test_what_is_not_committed_is_refused_by_name_and_packed_on_request(
    chart: Path, tmp_path: Path, change: str, told: str
) -> None:
    clean = package(chart, tmp_path / "clean")
    write(chart.parent / change, "{}")
    with pytest.raises(InputError, match="these differ from the last commit") as refused:
        package(chart, tmp_path)
    assert f"\n  {told}" in str(refused.value)
    assert "--allow-dirty" in str(refused.value)
    assert package(chart, tmp_path, allow_dirty=True).digest != clean.digest


def test_what_git_ignores_is_never_packed(chart: Path, tmp_path: Path) -> None:
    write(chart.parent / ".gitignore", "*.tmp\n")
    commit(chart.parent)
    before = package(chart, tmp_path / "before")
    write(chart / "templates/left.tmp", "{{ fail }}")
    assert package(chart, tmp_path / "after").digest == before.digest
    assert package(chart, tmp_path / "dirty", allow_dirty=True).digest == before.digest


def test_a_folder_that_git_does_not_know_is_packed_whole(chart: Path, tmp_path: Path) -> None:
    known = package(chart, tmp_path / "known")
    (chart.parent / ".git").rename(tmp_path / "no-git")
    assert package(chart, tmp_path / "unknown").digest == known.digest


def test_the_time_of_the_files_can_be_given(
    chart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    with tarfile.open(package(chart, tmp_path).path) as tar:
        assert {entry.mtime for entry in tar} == {1_700_000_000}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH=yesterday: expected seconds"):
        package(chart, tmp_path)


def depending(chart: Path, repository: str) -> None:
    text = (chart / "Chart.yaml").read_text()
    below = f'dependencies: [{{name: below, version: 0.1.0, repository: "{repository}"}}]\n'
    write(chart / "Chart.yaml", text + below)


def test_a_chart_beside_it_is_packed_with_it(chart: Path, tmp_path: Path) -> None:
    write(chart.parent / "below/Chart.yaml", "apiVersion: v2\nname: below\nversion: 0.1.0\n")
    depending(chart, "file://../below")
    commit(chart.parent)
    packed = package(chart, tmp_path / "once")
    assert "odd/charts/below/Chart.yaml" in unpacked(packed.path)
    assert package(chart, tmp_path / "twice").digest == packed.digest
    assert not (chart / "charts").exists()


def test_an_archive_that_helm_has_fetched_is_packed_though_git_ignores_it(
    chart: Path, tmp_path: Path
) -> None:
    write(tmp_path / "below/Chart.yaml", "apiVersion: v2\nname: below\nversion: 0.1.0\n")
    depending(chart, "https://charts.example.com")
    write(chart.parent / ".gitignore", "charts/\n")
    commit(chart.parent)
    with pytest.raises(InputError, match=r"lacks below 0\.1\.0.*helm dependency build"):
        package(chart, tmp_path)
    package(tmp_path / "below", chart / "charts")
    assert "odd/charts/below/Chart.yaml" in unpacked(package(chart, tmp_path).path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: odd\n", "validation: chart.metadata.version is required"),
        ("apiVersion: v2\nname: odd\nversion: one\n", "one"),
    ],
)
def test_a_chart_that_helm_cannot_pack_is_told_in_its_words(
    chart: Path, tmp_path: Path, text: str, told: str
) -> None:
    write(chart / "Chart.yaml", text)
    with pytest.raises(InputError, match=told):
        package(chart, tmp_path, allow_dirty=True)


def test_a_version_that_is_none_is_refused(chart: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--version next: invalid semantic version"):
        package(chart, tmp_path, version="next")
    assert not list(tmp_path.glob("*.tgz"))
