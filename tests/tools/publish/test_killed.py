"""A publisher that is killed before each of its steps leaves a repository that is right."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from chartproof.provenance import sign
from chartproof.publish import Settings, publish
from tests.support.archives import packed
from tests.support.clones import git
from tests.support.helm import HELMS, Helm
from tests.support.keys import OWNER, Key
from tests.support.killed import killed_before_every_step, run
from tests.support.servers import web_server
from tests.support.words import Words
from tests.tools.publish.classic import assert_valid, content, versions

pytestmark = pytest.mark.needs("gnupg", "web", "helm3", "helm4")

ENVIRONMENT: Mapping[str, str] = {"SOURCE_DATE_EPOCH": "1700000000"}
NEVER = 10_000
ID = "3c8f4a8e-8bd3-44c8-8b1a-8ad2e5a4d0b2"


@pytest.fixture
def archives(tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Give two versions that are new to the repository, one of them signed."""
    monkeypatch.setenv("GNUPGHOME", str(key.home))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", ENVIRONMENT["SOURCE_DATE_EPOCH"])
    signed = packed(tmp_path, version="1.1.0")
    sign(signed, OWNER)
    return [signed, packed(tmp_path, "till", "0.1.0")]


@pytest.fixture
def site(tmp_path: Path, archives: list[Path]) -> Path:
    """Give a repository with a version of before."""
    site = tmp_path / "site"
    publish([packed(tmp_path, version="1.0.0")], str(site), Settings(), apply=True)
    assert archives
    return site


def test_a_folder_is_right_after_a_kill_at_every_step_and_a_second_run_completes(
    site: Path, tmp_path: Path, archives: list[Path]
) -> None:
    before = shutil.copytree(site, tmp_path / "before")
    whole = shutil.copytree(site, tmp_path / "whole")
    words: Words = ["publish", *archives, "--repository-id", ID, "--apply", "--to"]
    assert run(NEVER, whole, *words, whole, cwd=tmp_path, env=ENVIRONMENT).returncode == 0
    kills = 0
    with web_server(site) as url:
        for step in killed_before_every_step(site, *words, site, cwd=tmp_path, env=ENVIRONMENT):
            kills += 1
            assert_valid(site)
            assert versions(site) in (["1.0.0"], ["1.1.0", "1.0.0"])
            assert_installable(url, tmp_path / f"helm-{step}")
            done = run(NEVER, site, *words, site, cwd=tmp_path, env=ENVIRONMENT)
            assert done.returncode == 0, done.stderr
            assert content(site) == content(whole), f"after a kill before step {step}"
            refill(site, before)
    # The folder is made unless it is there, then each of six files is opened and renamed.
    assert kills == 1 + 2 * 6
    assert content(site) == content(whole)


def test_a_branch_is_right_after_a_kill_at_every_step_and_a_second_run_completes(
    site: Path, tmp_path: Path, archives: list[Path]
) -> None:
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    git(tmp_path, "clone", "--quiet", str(origin), str(clone))
    git(site, "init", "--quiet", "--initial-branch=pages")
    git(site, "add", "--all")
    git(site, "commit", "--quiet", "--message", "Begin")
    git(site, "push", "--quiet", str(origin), "pages")
    begin = git(origin, "rev-parse", "pages").strip()
    author = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com"}
    committer = {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com"}
    env = {**ENVIRONMENT, **author, **committer}
    words: Words = ["publish", *archives, "--to", "git:pages", "--push", "--apply"]
    kills = 0
    for step in killed_before_every_step(clone, *words, cwd=clone, env=env):
        kills += 1
        now = checked_out(origin, tmp_path / f"killed-{step}")
        assert_valid(now)
        assert versions(now) in (["1.0.0"], ["1.1.0", "1.0.0"])
        done = run(NEVER, clone, *words, cwd=clone, env=env)
        assert done.returncode == 0, done.stderr
        after = checked_out(origin, tmp_path / f"completed-{step}")
        assert versions(after) == ["1.1.0", "1.0.0"]
        assert_valid(after)
        assert git(origin, "rev-parse", "pages^").strip() == begin, "one commit, not two"
        git(origin, "update-ref", "refs/heads/pages", begin)
    assert kills > 10
    assert git(clone, "status", "--porcelain") == ""


def test_a_kill_is_a_kill(site: Path, tmp_path: Path, archives: list[Path]) -> None:
    words: Words = ["publish", *archives, "--to", site, "--apply"]
    killed = run(0, site, *words, cwd=tmp_path, env=ENVIRONMENT)
    assert killed.returncode == -signal.SIGKILL


def assert_installable(url: str, home: Path) -> None:
    """Have a Helm add the repository and pull what was there before."""
    helm = Helm(HELMS["helm 4"], home)
    helm("repo", "add", "charts", url)
    helm("pull", "charts/shop", "--version", "1.0.0", "--destination", home)
    assert (home / "shop-1.0.0.tgz").exists()


def refill(site: Path, before: Path) -> None:
    """Put a folder back to what it was, itself staying."""
    for file in site.iterdir():
        file.unlink()
    shutil.copytree(before, site, dirs_exist_ok=True)


def checked_out(origin: Path, folder: Path) -> Path:
    git(origin.parent, "clone", "--quiet", "--branch", "pages", str(origin), str(folder))
    return folder
