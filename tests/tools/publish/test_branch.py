"""`chartproof publish --to git:BRANCH` commits and pushes; no checkout is touched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from chartproof.errors import ChartproofError, InputError
from chartproof.publish import Plan, Settings, publish
from tests.support.archives import packed
from tests.support.clones import commit, git
from tests.support.command_line import CHARTPROOF
from tests.support.words import Words
from tests.tools.publish.classic import assert_valid, versions

PUSH = Settings(push=True)


@pytest.fixture(autouse=True)
def _author(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Publisher")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "publisher@example.com")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Give a bare repository with a commit on main."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "README.md").write_text("# A chart\n")
    commit(source)
    git(tmp_path, "clone", "--quiet", "--bare", str(source), str(tmp_path / "origin.git"))
    return tmp_path / "origin.git"


@pytest.fixture
def clone(origin: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a clone that a publisher stands in."""
    folder = origin.with_name("clone")
    git(origin.parent, "clone", "--quiet", str(origin), str(folder))
    monkeypatch.chdir(folder)
    return folder


def put(*archives: Path, settings: Settings | None = None) -> Plan:
    return publish(archives, "git:pages", settings or Settings(), apply=True)


def pages(repository: Path, into: Path) -> Path:
    """Check out the branch somewhere."""
    git(repository.parent, "clone", "--quiet", "--branch", "pages", str(repository), str(into))
    return into


def test_a_dry_run_makes_no_commit(clone: Path, tmp_path: Path) -> None:
    plan = publish([packed(tmp_path)], "git:pages", Settings())
    assert [step.name for step in plan.steps] == ["shop-1.0.0.tgz", "index.html", "index.yaml"]
    assert git(clone, "for-each-ref", "refs/heads").count("\n") == 1


def test_a_branch_that_is_not_there_begins_with_the_charts_alone(
    clone: Path, tmp_path: Path
) -> None:
    (clone / "README.md").write_text("# Being edited\n")
    (clone / "staged").write_text("")
    git(clone, "add", "staged")
    plan = put(packed(tmp_path))
    assert plan.done == [f"pages is at {git(clone, 'rev-parse', 'pages').strip()}"]
    assert git(clone, "log", "--format=%s", "pages") == "Publish shop 1.0.0\n"
    site = pages(clone, tmp_path / "site")
    assert_valid(site)
    assert sorted(it.name for it in site.iterdir() if it.name != ".git") == [
        "index.html",
        "index.yaml",
        "shop-1.0.0.tgz",
    ]
    assert git(clone, "status", "--porcelain") == " M README.md\nA  staged\n"
    assert git(clone, "branch", "--show-current") == "main\n"


def test_archives_get_into_the_branch_byte_for_byte_whatever_git_is_set_to(
    clone: Path, tmp_path: Path
) -> None:
    git(clone, "config", "core.autocrlf", "true")
    git(clone, "config", "core.safecrlf", "true")
    archive = packed(tmp_path)
    put(archive)
    shown = ["git", "cat-file", "blob", "pages:shop-1.0.0.tgz"]
    assert subprocess.check_output(shown, cwd=clone) == archive.read_bytes()


def test_the_next_version_is_a_commit_on_top_and_a_second_run_is_none(
    clone: Path, tmp_path: Path
) -> None:
    put(packed(tmp_path))
    put(packed(tmp_path, version="1.1.0"))
    assert put(packed(tmp_path, version="1.1.0")).changes is False
    assert git(clone, "log", "--format=%s", "pages").splitlines() == [
        "Publish shop 1.1.0",
        "Publish shop 1.0.0",
    ]
    assert versions(pages(clone, tmp_path / "site")) == ["1.1.0", "1.0.0"]


def test_nothing_is_pushed_unless_told(origin: Path, clone: Path, tmp_path: Path) -> None:
    archive = packed(tmp_path)
    put(archive)
    assert "pages" not in git(origin, "branch")
    plan = publish([archive], "git:pages", PUSH)
    assert [(step.what, step.name) for step in plan.steps] == [("push", "pages to origin")]
    assert "origin lacks commits of pages" in "\n".join(plan.shown())
    put(archive, settings=PUSH)
    assert git(origin, "rev-parse", "pages") == git(clone, "rev-parse", "pages")
    assert publish([archive], "git:pages", PUSH).changes is False


def test_a_push_builds_on_what_others_have_pushed_meanwhile(
    origin: Path, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(packed(tmp_path), settings=PUSH)
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(origin), str(other))
    monkeypatch.chdir(other)
    put(packed(tmp_path, version="1.1.0"), settings=PUSH)
    monkeypatch.chdir(clone)
    put(packed(tmp_path, version="1.2.0"), settings=PUSH)
    assert versions(pages(origin, tmp_path / "site")) == ["1.2.0", "1.1.0", "1.0.0"]
    assert "pages" not in git(clone, "branch"), "a branch here is only made without --push"


def test_a_branch_here_follows_the_push(origin: Path, clone: Path, tmp_path: Path) -> None:
    put(packed(tmp_path))
    put(packed(tmp_path, version="1.1.0"), settings=PUSH)
    assert git(origin, "rev-parse", "pages") == git(clone, "rev-parse", "pages")
    assert versions(pages(origin, tmp_path / "site")) == ["1.1.0", "1.0.0"]


def test_two_publishers_at_once_lose_nothing(origin: Path, tmp_path: Path) -> None:
    running = []
    for number in range(4):
        clone = tmp_path / f"clone-{number}"
        git(tmp_path, "clone", "--quiet", str(origin), str(clone))
        archive = packed(tmp_path, version=f"1.0.{number}")
        words: Words = [CHARTPROOF, "publish", archive, "--to", "git:pages", "--push", "--apply"]
        running.append(subprocess.Popen(words, cwd=clone, stdout=subprocess.DEVNULL))
    assert [process.wait() for process in running] == [0] * 4
    site = pages(origin, tmp_path / "site")
    assert versions(site) == ["1.0.3", "1.0.2", "1.0.1", "1.0.0"]
    assert_valid(site)
    assert git(origin, "rev-list", "--count", "pages") == "4\n"


def test_two_publishers_at_once_in_one_clone_lose_nothing(clone: Path, tmp_path: Path) -> None:
    archives = [packed(tmp_path, version=f"1.0.{number}") for number in range(4)]
    running = [
        subprocess.Popen(
            [CHARTPROOF, "publish", archive, "--to", "git:pages", "--apply"],
            cwd=clone,
            stdout=subprocess.DEVNULL,
        )
        for archive in archives
    ]
    assert [process.wait() for process in running] == [0] * 4
    assert len(versions(pages(clone, tmp_path / "site"))) == 4


def test_the_same_version_pushed_by_another_with_other_content_is_refused(
    origin: Path, clone: Path, tmp_path: Path
) -> None:
    put(packed(tmp_path / "one"), settings=PUSH)
    before = git(origin, "rev-parse", "pages")
    with pytest.raises(ChartproofError, match="published at git:pages with other content"):
        put(packed(tmp_path / "two", key="b"), settings=PUSH)
    assert git(origin, "rev-parse", "pages") == before
    assert clone.exists()


def test_a_branch_that_is_checked_out_is_refused_with_its_folder(
    clone: Path, tmp_path: Path
) -> None:
    archive = packed(tmp_path)
    put(archive)
    git(clone, "worktree", "add", "--quiet", str(tmp_path / "tree"), "pages")
    with pytest.raises(InputError, match=f"checked out in {tmp_path}/tree"):
        put(packed(tmp_path, version="1.1.0"))


def test_branches_that_have_parted_are_told(origin: Path, clone: Path, tmp_path: Path) -> None:
    put(packed(tmp_path), settings=PUSH)
    git(clone, "branch", "pages", "main")
    with pytest.raises(ChartproofError, match="each commits that the other lacks"):
        put(packed(tmp_path, version="1.1.0"), settings=PUSH)
    assert git(origin, "rev-list", "--count", "pages") == "1\n"


def test_what_git_refuses_is_told_in_its_words(
    origin: Path, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed(tmp_path)
    hook = origin / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'pages is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(ChartproofError, match="pages is protected"):
        put(archive, settings=PUSH)
    with pytest.raises(ChartproofError, match="'nowhere' does not appear"):
        put(archive, settings=Settings(push=True, remote="nowhere"))
    with pytest.raises(InputError, match=r"git:a\.\.b: no name of a branch"):
        publish([archive], "git:a..b", Settings())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.fspath(tmp_path.parent))
    with pytest.raises(InputError, match="expected a folder in a git clone"):
        put(archive)
    assert clone.exists()
