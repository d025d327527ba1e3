"""`chartproof release` makes a version wholly, or goes on where it was stopped."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.pages.guide import follow
from tests.support.clones import commit, git
from tests.support.command_line import CHARTPROOF
from tests.support.keys import new_key
from tests.support.servers import registry
from tests.tools.releasing.conftest import CHANGELOG, CHART, write


def chartproof(root: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run([CHARTPROOF, *words], cwd=root, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def root(chart: Path) -> Path:
    """Give the clone with the chart's snapshots approved."""
    root = chart.parents[1]
    chartproof(root, "test", "charts/odd", "--update")
    write(root / ".gitignore", "__pycache__/\n.pytest_cache/\n")
    commit(root, "Approve")
    git(root, "push", "--quiet", "origin", "main")
    return root


def state(root: Path) -> tuple[str, ...]:
    """Return all that a release changes: commits, tags, files, and those of the remote."""
    log = ("log", "--all", "--format=%H %D")
    return (
        git(root, *log),
        git(root, "status", "--porcelain"),
        git(root.parent / "origin", *log),
        git(root, "worktree", "list"),
    )


def test_without_apply_it_only_shows_what_would_be_done(root: Path) -> None:
    before = state(root)
    told = chartproof(root, "release", "charts/odd", "0.2.0", "--push", "origin")
    assert state(root) == before
    assert "+version: 0.2.0" in told
    assert "prerelease" not in told
    assert "ok      lint        0 errors, 0 warnings" in told
    assert "ok      snapshots   1 passed" in told
    assert "ok      coverage    100.0 % of 0 branches" in told
    assert "ok      tag         would be odd-0.2.0" in told
    assert told.endswith("nothing was changed; run it again with --apply\n")


def test_the_page_shows_what_a_release_would_be_and_each_gate_by_itself(root: Path) -> None:
    page = (Path(__file__).parents[3] / "docs/releasing.md").read_text("utf-8")
    git(root, "mv", "charts/odd", "chart")
    git(root, "mv", "tests/odd", "tests/chart")
    commit(root, "Move")
    before = state(root)
    (outcome,) = follow(page, root, "")
    assert outcome.code == 0, outcome.printed
    assert outcome.printed.endswith("nothing was changed; run it again with --apply\n")
    assert state(root) == before
    chartproof(root, "docs", "chart")
    commit(root, "Describe")
    git(root, "tag", "odd-0.1.0")
    for command in re.findall(r"^\| \w+ \| `(chartproof .*?)`", page, re.M):
        for name, meant in (("CHART", "chart"), ("PERCENT", "90"), ("LAST-TAG", "odd-0.1.0")):
            command = command.replace(name, meant)
        chartproof(root, *command.split()[1:])


def test_a_release_is_a_commit_a_tag_and_an_archive_of_it(root: Path) -> None:
    told = chartproof(root, "release", "charts/odd", "0.2.0", "--push", "origin", "--apply")
    today = datetime.now(UTC).date().isoformat()
    assert (root / "CHANGELOG.md").read_text() == CHANGELOG.replace(
        "## [Unreleased]", f"## [Unreleased]\n\n## [0.2.0] - {today}"
    )
    text = (root / "charts/odd/Chart.yaml").read_text()
    assert "name: odd # a name\nversion: 0.2.0\n" in text
    changes = yaml.safe_load(text)["annotations"]["artifacthub.io/changes"]
    assert yaml.safe_load(changes) == [{"kind": "added", "description": "A key."}]
    tagged = git(root, "rev-parse", "odd-0.2.0^{commit}")
    assert git(root, "rev-parse", "HEAD") == tagged
    assert git(root.parent / "origin", "rev-parse", "main", "odd-0.2.0^{commit}") == tagged * 2
    assert not git(root, "status", "--porcelain")
    archive = root / ".git/chartproof/odd-0.2.0/odd-0.2.0.tgz"
    with tarfile.open(archive) as tar:
        packed = tar.extractfile("odd/Chart.yaml")
        assert packed is not None
        assert yaml.safe_load(packed) == yaml.safe_load(text)
    # Whoever has the tag can make the same archive.
    git(root.parent, "clone", "--quiet", "--branch", "odd-0.2.0", "origin", "other")
    again = chartproof(root.parent, "package", "other/charts/odd", "-d", "there")
    assert again.splitlines()[-1] in told


def test_the_next_release_has_to_come_after_the_last(root: Path) -> None:
    chartproof(root, "release", "charts/odd", "1.0.0", "--apply")
    assert 'prerelease: "false"' in (root / "charts/odd/Chart.yaml").read_text()
    write(root / "CHANGELOG.md", CHANGELOG)
    commit(root, "Go on")
    told = chartproof(root, "release", "charts/odd", "0.9.0", code=1)
    assert "FAILED  version     1.0.0 came before" in told
    assert "0.9.0 does not come after 1.0.0, which is released" in told
    assert "ok      version     1.0.0 came before" in chartproof(
        root, "release", "charts/odd", "1.0.1"
    )


def test_every_closed_gate_is_told_and_nothing_is_changed(root: Path) -> None:
    chart = root / "charts/odd"
    template = chart / "templates/configmap.yaml"
    template.write_text(template.read_text().replace("key:", "key: changed\n  kez:", 1))
    (chart / "templates/service.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: lost\nspec:\n  selector: {a: b}\n"
        "  ports: [{port: 80}]\n"
    )
    (chart / "values.yaml").write_text("key: one\nseldom: false\n")
    (chart / "templates/seldom.yaml").write_text("{{ if .Values.seldom }}{{ end }}\n")
    settings = "release:\n  coverage: 51\n  checks: ['test -f README.md', 'true']\n"
    write(chart / "chartproof.yaml", settings)
    commit(root, "Break")
    before = state(root)
    told = chartproof(root, "release", "charts/odd", "0.2.0", "--apply", code=1)
    assert state(root) == before
    failed = [line.split()[1] for line in told.splitlines() if line.startswith("FAILED")]
    assert failed == ["lint", "snapshots", "coverage", "test"]
    assert "test -f README.md: exit code 1" in told
    assert "0.2.0 is not released: see what failed above" in told


def test_the_tag_goes_by_its_pattern(root: Path) -> None:
    write(root / "charts/odd/chartproof.yaml", "release:\n  tag: 'v{version}'\n")
    commit(root, "Name tags")
    chartproof(root, "release", "charts/odd", "0.2.0", "--apply")
    assert git(root, "tag").split() == ["v0.2.0"]


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("note.txt", "new", "differ from the last commit"),
        ("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n", "has no entry; what does 0.2.0"),
        ("CHANGELOG.md", "", "there is no section ## [Unreleased]"),
        ("charts/odd/Chart.yaml", CHART + "  [\n", "Chart.yaml"),
        ("charts/odd/chartproof.yaml", "release: {tag: v1}", "is the same for each version"),
        ("charts/odd/chartproof.yaml", "release: {coverage: 101}", "from 0 to 100, found 101"),
        ("charts/odd/chartproof.yaml", "release: {tags: v1}", "unknown key, did you mean tag?"),
    ],
)
def test_what_cannot_be_released_is_refused_with_the_reason(
    root: Path, file: str, text: str, fault: str
) -> None:
    write(root / file, text)
    if file != "note.txt":
        commit(root, "Spoil")
    before = state(root)
    assert fault in chartproof(root, "release", "charts/odd", "0.2.0", "--apply", code=2)
    assert state(root) == before


def test_a_version_that_is_none_and_a_folder_that_is_none_are_refused(root: Path) -> None:
    assert "expected MAJOR.MINOR.PATCH" in chartproof(root, "release", "charts/odd", "1", code=2)
    assert "no such chart folder" in chartproof(root, "release", "charts/even", "1.0.0", code=2)
    assert "it has no Chart.yaml" in chartproof(root, "release", "charts", "1.0.0", code=2)


def test_a_tag_of_something_else_is_not_taken_for_the_release(root: Path) -> None:
    git(root, "tag", "odd-0.2.0")
    told = chartproof(root, "release", "charts/odd", "0.2.0", "--apply", code=2)
    assert "the tag odd-0.2.0 is there, and its chart has version 0.1.0" in told


def test_where_another_was_first_nothing_is_pushed(root: Path) -> None:
    git(root.parent, "clone", "--quiet", "origin", "other")
    write(root.parent / "other/README.md", "other\n")
    commit(root.parent / "other", "Be first")
    git(root.parent / "other", "push", "--quiet")
    before = git(root.parent / "origin", "log", "--all")
    told = chartproof(root, "release", "charts/odd", "0.2.0", "--push", "origin", "--apply", code=1)
    assert "rejected" in told or "fetch first" in told
    assert git(root.parent / "origin", "log", "--all") == before


def test_a_version_that_says_less_than_it_changes_is_refused(root: Path) -> None:
    chartproof(root, "release", "charts/odd", "1.0.0", "--apply")
    write(root / "CHANGELOG.md", CHANGELOG)
    template = root / "charts/odd/templates/configmap.yaml"
    template.write_text(template.read_text().replace("}}-odd", "}}-even"))
    chartproof(root, "test", "charts/odd", "--update")
    commit(root, "Rename")
    told = chartproof(root, "release", "charts/odd", "1.0.1", code=1)
    assert "FAILED  upgrade     version 1.0.1 does not tell it: it needs" in told
    assert "ok      upgrade" in chartproof(root, "release", "charts/odd", "2.0.0")


def test_a_readme_that_shows_values_has_to_show_those_there_are(root: Path) -> None:
    chart = root / "charts/odd"
    (chart / "values.yaml").write_text("# -- What is kept\nkey: one\n")
    chartproof(root, "docs", "charts/odd")
    (chart / "values.yaml").write_text("# -- What is held\nkey: one\n")
    commit(root, "Describe")
    assert "FAILED  docs" in chartproof(root, "release", "charts/odd", "0.2.0", code=1)


@pytest.mark.needs("registry")
def test_a_release_goes_to_every_target_once(root: Path) -> None:
    with registry(root.parent / "registry") as host:
        targets = f"[../site, 'git:pages', 'oci://{host}/charts']"
        write(root / "charts/odd/chartproof.yaml", f"release: {{publish: {targets}}}\n")
        commit(root, "Say where to")
        git(root, "push", "--quiet", "origin", "main")
        words = ("release", "charts/odd", "0.2.0", "--push", "origin", "--plain-http")
        before = state(root)
        planned = chartproof(root, *words)
        assert "add     odd-0.2.0.tgz" in planned
        assert state(root) == before
        chartproof(root, *words, "--apply")
        again = chartproof(root, *words, "--apply")
        assert again.count("nothing to do") == 3
        archive = (root / ".git/chartproof/odd-0.2.0/odd-0.2.0.tgz").read_bytes()
        assert (root.parent / "site/odd-0.2.0.tgz").read_bytes() == archive
        pushed = subprocess.run(
            ["git", "show", "pages:odd-0.2.0.tgz"],
            cwd=root.parent / "origin",
            capture_output=True,
            check=True,
        )
        assert pushed.stdout == archive
        assert f"sha256:{hashlib.sha256(archive).hexdigest()}" in again


@pytest.mark.needs("gnupg")
def test_a_release_is_signed_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with new_key() as key:
        monkeypatch.setenv("GNUPGHOME", key.environment["GNUPGHOME"])
        words = ("release", "charts/odd", "0.2.0", "--key", "maintainer@example.com", "--apply")
        assert "ok      signature   by maintainer@example.com" in chartproof(root, *words)
        archive = root / ".git/chartproof/odd-0.2.0/odd-0.2.0.tgz"
        signature = archive.with_name(f"{archive.name}.prov").read_bytes()
        assert "signature" not in chartproof(root, *words)
        assert archive.with_name(f"{archive.name}.prov").read_bytes() == signature
        told = chartproof(root, "verify", str(archive), "--keyring", str(key.public))
        assert "signed by Maintainer <maintainer@example.com>" in told


KILLED = """\
import os, signal, sys
from pathlib import Path
from chartproof import releasing
from chartproof.releasing import gates, run
from chartproof.releasing.clone import Clone
gates.GATES = {}
left = int(sys.argv[1])
plain = Clone.git
def git(self, *words, **kept):
    global left
    if words[0] in ("worktree", "commit", "merge", "push") or "--annotate" in words:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return plain(self, *words, **kept)
Clone.git = git
releasing.release(Path("charts/odd"), "0.2.0", apply=True, say=print, remote="origin")
"""


def test_a_release_killed_before_any_change_is_completed_by_the_next(root: Path) -> None:
    made = 0
    for step in range(1, 60):
        git(root.parent, "clone", "--quiet", "--bare", "origin", f"origin-{step}")
        git(root.parent, "clone", "--quiet", f"origin-{step}", f"clone-{step}")
        clone, origin = root.parent / f"clone-{step}", root.parent / f"origin-{step}"
        done = subprocess.run([sys.executable, "-c", KILLED, str(step)], cwd=clone, check=False)
        second = subprocess.run([sys.executable, "-c", KILLED, "0"], cwd=clone, check=False)
        assert second.returncode == 0, step
        tagged = git(clone, "rev-parse", "odd-0.2.0^{commit}")
        assert git(origin, "rev-parse", "main", "odd-0.2.0^{commit}") == tagged * 2
        assert git(clone, "rev-parse", "HEAD") == tagged
        assert git(clone, "log", "--format=%s").split("\n")[:2] == ["Release odd 0.2.0", "Approve"]
        assert len(git(clone, "worktree", "list").splitlines()) == 1
        assert not git(clone, "status", "--porcelain")
        assert (clone / ".git/chartproof/odd-0.2.0/odd-0.2.0.tgz").is_file()
        made += 1
        if done.returncode == 0:
            break
    assert made > 10
