"""`chartproof publish` to a folder: what is published stays, what is new comes, in a safe order."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from chartproof.errors import ChartproofError, InputError
from chartproof.package import package
from chartproof.provenance import sign
from chartproof.publish import Settings, publish
from chartproof.publish.settings import Owner
from tests.support.archives import packed
from tests.support.command_line import CHARTPROOF
from tests.support.helm import Helm
from tests.support.keys import OWNER, Key
from tests.tools.publish.classic import assert_valid, content, index_of, versions

ID = "3c8f4a8e-8bd3-44c8-8b1a-8ad2e5a4d0b2"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give the folder of a repository that is not there yet."""
    return tmp_path / "site"


def put(site: Path, *archives: Path, settings: Settings | None = None) -> list[str]:
    """Publish, and return the names of the files that were written, in order."""
    plan = publish(archives, str(site), settings or Settings(), apply=True)
    return [step.name for step in plan.steps]


def test_a_dry_run_tells_of_every_file_and_line_and_touches_nothing(
    site: Path, tmp_path: Path
) -> None:
    archive = packed(tmp_path, description="A shop")
    plan = publish([archive], str(site), Settings())
    assert not site.exists()
    assert [step.name for step in plan.steps] == ["shop-1.0.0.tgz", "index.html", "index.yaml"]
    put(site, archive)
    told = {line.strip() for line in plan.shown()}
    for line in (site / "index.yaml").read_text().splitlines():
        if "created" not in line and "generated" not in line:
            assert f"+{line}".strip() in told


@pytest.mark.needs("gnupg")
def test_index_yaml_is_written_after_all_that_it_names(
    site: Path, tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", str(key.home))
    archive = packed(tmp_path)
    sign(archive, OWNER)
    settings = Settings(repository_id=ID)
    assert put(site, archive, settings=settings) == [
        "shop-1.0.0.tgz",
        "shop-1.0.0.tgz.prov",
        "artifacthub-repo.yml",
        "index.html",
        "index.yaml",
    ]


@pytest.mark.needs("helm3", "helm4")
def test_an_entry_is_what_helms_own_index_has(site: Path, tmp_path: Path, helm: Helm) -> None:
    archive = packed(
        tmp_path / "helms",
        description="A shop: it sells, and 'quotes'",
        appVersion="1e3",
        kubeVersion=">=1.29.0-0",
        keywords=["yes", "2024-01-01"],
        annotations={"a.example.com/b": "true", "lines": "one\ntwo\n"},
        maintainers=[{"name": "M", "email": "m@example.com"}],
        dependencies=[],
        type="application",
    )
    put(site, archive)
    helm("repo", "index", archive.parent)
    (theirs,) = index_of(archive.parent)["entries"]["shop"]
    (ours,) = index_of(site)["entries"]["shop"]
    assert {**ours, "created": ""} == {**theirs, "created": ""}


def test_entries_of_before_stay_as_they_are(site: Path, tmp_path: Path) -> None:
    put(site, packed(tmp_path, version="1.0.0"))
    index = index_of(site)
    (old,) = index["entries"]["shop"]
    old.update(created="2020-02-02T02:02:02.123456789+02:00", own="kept", appVersion="1.10")
    index["serverInfo"] = {"contextPath": "/kept"}
    (site / "index.yaml").write_text(yaml.safe_dump(index))
    put(site, packed(tmp_path, version="1.1.0"))
    new = index_of(site)
    assert new["entries"]["shop"][1] == old
    assert new["serverInfo"] == {"contextPath": "/kept"}


def test_a_time_that_helm_wrote_without_quotes_is_kept_to_the_nanosecond(
    site: Path, tmp_path: Path
) -> None:
    put(site, packed(tmp_path, version="1.0.0"))
    text = (site / "index.yaml").read_text().splitlines()
    when = "2016-10-06T16:23:20.499543808-06:00"
    lines = [f"    created: {when}" if "created:" in line else line for line in text]
    (site / "index.yaml").write_text("\n".join(lines))
    put(site, packed(tmp_path, version="1.1.0"))
    assert index_of(site)["entries"]["shop"][1]["created"] == when


@pytest.mark.needs("helm3", "helm4")
def test_versions_stand_newest_first_as_helm_orders_them(
    site: Path, tmp_path: Path, helm: Helm
) -> None:
    theirs = tmp_path / "theirs"
    for version in ("2.0.0-rc", "1.10.0", "2.0.0", "1.9.0", "2.0.0-1", "2.0.0-rc.10", "10.0.0"):
        packed(theirs, version=version)
    for version in ("2.0.0-rc.2", "2.0.0-alpha", "2.0.0-rc.2.1", "2.0.0-RC"):
        packed(theirs, version=version)
    put(site, *sorted(theirs.iterdir()))
    helm("repo", "index", theirs)
    assert versions(site) == versions(theirs)
    assert versions(site)[:3] == ["10.0.0", "2.0.0", "2.0.0-rc.10"]


def test_the_same_archives_give_the_same_bytes_whatever_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    archives = [
        packed(tmp_path, name, version) for name in ("b", "a") for version in ("1.2.0", "1.10.0")
    ]
    for site, order in ((tmp_path / "one", archives), (tmp_path / "two", archives[::-1])):
        for archive in order:
            put(site, archive)
    put(tmp_path / "three", *archives)
    assert content(tmp_path / "one") == content(tmp_path / "two") == content(tmp_path / "three")
    assert index_of(tmp_path / "one")["entries"]["a"][0]["created"] == "2023-11-14T22:13:20Z"


def test_a_second_run_has_nothing_to_do_and_touches_no_file(site: Path, tmp_path: Path) -> None:
    archive = packed(tmp_path)
    put(site, archive)
    before = {file: file.stat().st_mtime_ns for file in site.iterdir()}
    assert put(site, archive) == []
    assert {file: file.stat().st_mtime_ns for file in site.iterdir()} == before


def test_a_published_version_with_other_content_is_refused_with_both_digests(
    site: Path, tmp_path: Path
) -> None:
    put(site, packed(tmp_path / "first"))
    before = content(site)
    other = packed(tmp_path / "second", key="b")
    with pytest.raises(ChartproofError, match=r"shop 1\.0\.0 is published .* other content") as it:
        put(site, other, packed(tmp_path, version="1.1.0"))
    assert it.value.exit_code == 1
    for archive in (tmp_path / "first/shop-1.0.0.tgz", other):
        digest = subprocess.check_output(["sha256sum", archive], text=True).split()[0]
        assert f"sha256:{digest}" in str(it.value)
    assert content(site) == before


def test_a_version_without_a_digest_is_held_to_its_file(site: Path, tmp_path: Path) -> None:
    archive = packed(tmp_path / "first")
    put(site, archive)
    index = index_of(site)
    del index["entries"]["shop"][0]["digest"]
    (site / "index.yaml").write_text(yaml.safe_dump(index))
    assert "index.yaml" not in put(site, archive)
    with pytest.raises(ChartproofError, match="other content"):
        put(site, packed(tmp_path / "second", key="b"))


def test_an_archive_that_lies_there_unlisted_with_other_content_is_not_overwritten(
    site: Path, tmp_path: Path
) -> None:
    left = packed(site)
    before = left.read_bytes()
    with pytest.raises(ChartproofError, match=r"shop-1\.0\.0\.tgz: it is there with other content"):
        put(site, packed(tmp_path, key="b"))
    assert left.read_bytes() == before


def test_an_archive_that_lies_there_unlisted_with_the_same_content_is_listed(
    site: Path, tmp_path: Path
) -> None:
    packed(site)
    assert put(site, packed(tmp_path)) == ["index.html", "index.yaml"]


def test_an_index_that_names_a_missing_file_is_refused_until_the_file_is_back(
    site: Path, tmp_path: Path
) -> None:
    first, second = packed(tmp_path, version="1.0.0"), packed(tmp_path, version="1.1.0")
    put(site, first)
    (site / first.name).unlink()
    with pytest.raises(ChartproofError, match=r"files that are not there.*\n  shop-1\.0\.0\.tgz"):
        put(site, second)
    assert put(site, first, second)[:2] == ["shop-1.0.0.tgz", "shop-1.1.0.tgz"]
    assert_valid(site)


@pytest.mark.needs("gnupg")
def test_a_signature_can_come_later_and_the_first_one_stays(
    site: Path, tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", str(key.home))
    archive = packed(tmp_path)
    put(site, archive)
    first = sign(archive, OWNER).read_bytes()
    assert put(site, archive) == ["shop-1.0.0.tgz.prov", "index.html"]
    archive.with_name("shop-1.0.0.tgz.prov").write_bytes(first + b"\n")
    assert put(site, archive) == []
    assert (site / "shop-1.0.0.tgz.prov").read_bytes() == first


@pytest.mark.needs("gnupg")
def test_a_signature_of_another_archive_is_refused(
    site: Path, tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", str(key.home))
    sign(packed(tmp_path), OWNER)
    archive = packed(tmp_path, key="b")  # the .prov stays beside it
    with pytest.raises(ChartproofError, match="it is not what was signed"):
        put(site, archive)
    assert not site.exists()


def test_urls_are_absolute_on_request(site: Path, tmp_path: Path) -> None:
    settings = Settings(url="https://charts.example.com/stable/")
    put(site, packed(tmp_path), settings=settings)
    (entry,) = index_of(site)["entries"]["shop"]
    assert entry["urls"] == ["https://charts.example.com/stable/shop-1.0.0.tgz"]
    assert put(site, packed(tmp_path, version="1.0.1"), settings=settings)
    (site / "shop-1.0.0.tgz").unlink()
    with pytest.raises(ChartproofError, match="not there"):
        put(site, packed(tmp_path, version="1.0.2"), settings=settings)


def test_an_archive_that_is_kept_elsewhere_is_not_brought_here(site: Path, tmp_path: Path) -> None:
    archive = packed(tmp_path)
    put(site, archive)
    index = index_of(site)
    index["entries"]["shop"][0]["urls"] = ["https://elsewhere.example.com/shop-1.0.0.tgz"]
    (site / "index.yaml").write_text(yaml.safe_dump(index))
    (site / "shop-1.0.0.tgz").unlink()
    assert put(site, archive, packed(tmp_path, version="1.1.0")) == [
        "shop-1.1.0.tgz",
        "index.html",
        "index.yaml",
    ]


def test_artifact_hubs_file_is_written_from_options_and_else_kept(
    site: Path, tmp_path: Path
) -> None:
    archive = packed(tmp_path)
    put(site, archive)
    assert not (site / "artifacthub-repo.yml").exists()
    file = site / "artifacthub-repo.yml"
    file.write_text("# by hand\nrepositoryID: old\nignore: [{name: internal}]\n")
    by_hand = file.read_text()
    put(site, archive)
    assert file.read_text() == by_hand
    owners = (Owner("Mia", "mia@example.com"),)
    put(site, archive, settings=Settings(repository_id=ID, owners=owners))
    assert yaml.safe_load(file.read_text()) == {
        "repositoryID": ID,
        "ignore": [{"name": "internal"}],
        "owners": [{"name": "Mia", "email": "mia@example.com"}],
    }
    assert put(site, archive, settings=Settings(repository_id=ID, owners=owners)) == []


def test_a_page_of_somebody_else_is_kept(site: Path, tmp_path: Path) -> None:
    site.mkdir()
    (site / "index.html").write_text("<h1>My own</h1>")
    assert put(site, packed(tmp_path)) == ["shop-1.0.0.tgz", "index.yaml"]
    assert (site / "index.html").read_text() == "<h1>My own</h1>"


def test_two_publishers_at_once_lose_nothing(site: Path, tmp_path: Path) -> None:
    archives = [packed(tmp_path, version=f"1.0.{number}") for number in range(6)]
    running = [
        subprocess.Popen(
            [CHARTPROOF, "publish", archive, "--to", site, "--apply"], stdout=subprocess.DEVNULL
        )
        for archive in archives
    ]
    assert [process.wait() for process in running] == [0] * len(archives)
    assert versions(site) == [f"1.0.{number}" for number in reversed(range(6))]
    assert_valid(site)
    assert not list(site.glob(".*"))


def test_of_two_contents_of_a_version_at_once_one_wins_and_the_other_is_refused(
    site: Path, tmp_path: Path
) -> None:
    archives = [packed(tmp_path / key, key=key) for key in "ab"]
    running = [
        subprocess.Popen(
            [CHARTPROOF, "publish", archive, "--to", site, "--apply"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for archive in archives
    ]
    codes = [process.wait() for process in running]
    assert sorted(codes) == [0, 1]
    assert content(site)["shop-1.0.0.tgz"] == archives[codes.index(0)].read_bytes()
    assert_valid(site)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("entries: [\n", r"index\.yaml:1:\d+: "),
        ("entries: {}\n", "apiVersion is None, expected v1"),
        ("apiVersion: v1\nentries: [1]\n", "entries: expected a mapping of charts"),
        ("apiVersion: v1\nentries: {a: 1}\n", r"entries\.a: expected a list, found 1"),
        ("apiVersion: v1\nentries: {a: [{}]}\n", r"entries\.a\[0\]: expected a mapping with a ver"),
    ],
)
def test_an_index_that_cannot_be_read_is_told_and_left_alone(
    site: Path, tmp_path: Path, text: str, told: str
) -> None:
    site.mkdir()
    (site / "index.yaml").write_text(text)
    with pytest.raises(InputError, match=told):
        put(site, packed(tmp_path))
    assert content(site) == {"index.yaml": text.encode()}


def test_what_is_no_archive_or_has_another_name_is_told(site: Path, tmp_path: Path) -> None:
    archive = packed(tmp_path)
    with pytest.raises(InputError, match="no such archive"):
        put(site, tmp_path / "none.tgz")
    with pytest.raises(InputError, match="expects it to be named shop-1"):
        put(site, archive.rename(tmp_path / "mine.tgz"))
    (tmp_path / "text-1.0.0.tgz").write_text("no archive")
    with pytest.raises(InputError, match="it is no chart's archive"):
        put(site, tmp_path / "text-1.0.0.tgz")
    with pytest.raises(InputError, match="given already"):
        put(site, packed(tmp_path / "one"), packed(tmp_path / "two", key="b"))
    assert not site.exists()


@pytest.mark.parametrize(
    ("to", "settings", "told"),
    [
        ("https://charts.example.com", Settings(), "expected a folder, git:BRANCH or oci://"),
        ("oci://registry.example.com", Settings(), "expected oci://HOST/PATH"),
        ("site", Settings(plain_http=True), "--plain-http says nothing of --to site"),
        ("site", Settings(push=True), "--push says nothing of --to site"),
        ("oci://a.example.com/b", Settings(url="https://x"), "--url says nothing of --to oci:"),
        (
            "oci://a.example.com/b",
            Settings(registry_config=Path("none.json")),
            r"--registry-config none\.json: no such file",
        ),
        ("site", Settings(url="charts.example.com"), r"expected the repository's http\(s\)"),
    ],
)
def test_a_target_or_option_that_does_not_fit_is_told(
    tmp_path: Path, to: str, settings: Settings, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        publish([packed(tmp_path)], to, settings)


def test_a_file_is_no_target(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    with pytest.raises(InputError, match="expected a folder, this is a file"):
        publish([archive], str(archive), Settings())


def test_the_chart_of_this_repository_can_be_published(site: Path, tmp_path: Path) -> None:
    chart = Path(__file__).parents[3] / "chart"
    put(site, package(chart, tmp_path, allow_dirty=True).path)
    assert_valid(site)
