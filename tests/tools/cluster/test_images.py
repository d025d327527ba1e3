"""The worker image: its tag is what the build sees, and it is built once for each tag."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chartproof.cluster.images import (
    build_arguments,
    build_worker_image,
    context_files,
    context_hash,
)
from chartproof.cluster.progress import Progress
from chartproof.errors import InputError
from tests.tools.cluster.standins import StandIns

IGNORE = """\
# allow-list
*
!pyproject.toml
!workers
**/__pycache__
"""


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """Give a build context of three files that count and two that do not."""
    folder = tmp_path / "apps"
    (folder / "workers" / "__pycache__").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / ".dockerignore").write_text(IGNORE)
    (folder / "pyproject.toml").write_text("[project]\n")
    (folder / "workers" / "cli.py").write_text("print()\n")
    (folder / "workers" / "__pycache__" / "cli.pyc").write_text("bytes")
    (folder / "notes.txt").write_text("not for the image")
    return folder


def test_a_build_sees_what_dockerignore_lets_in(context: Path) -> None:
    seen = [file.relative_to(context).as_posix() for file in context_files(context)]
    assert seen == ["Dockerfile", "pyproject.toml", "workers/cli.py"]


@pytest.mark.parametrize(
    ("pattern", "ignored"),
    [
        ("*.txt", ["notes.txt"]),
        ("**/*.py", ["workers/cli.py"]),
        ("workers", ["workers/__pycache__/cli.pyc", "workers/cli.py"]),
        ("/workers/", ["workers/__pycache__/cli.pyc", "workers/cli.py"]),
        ("work", []),
        ("*/cli.??", ["workers/cli.py"]),
        ("workers\n!workers/cli.py", ["workers/__pycache__/cli.pyc"]),
    ],
)
def test_patterns_mean_what_they_mean_to_docker(
    context: Path, pattern: str, ignored: list[str]
) -> None:
    (context / ".dockerignore").unlink()
    everything = {file.relative_to(context).as_posix() for file in context_files(context)}
    (context / ".dockerignore").write_text(pattern)
    left = {file.relative_to(context).as_posix() for file in context_files(context)}
    assert sorted(everything - left) == ignored


def test_the_hash_is_the_same_wherever_the_sources_are(context: Path, tmp_path: Path) -> None:
    before = context_hash(context)
    moved = context.rename(tmp_path / "elsewhere")
    os.utime(moved / "pyproject.toml", (0, 0))
    assert context_hash(moved) == before


@pytest.mark.parametrize("file", ["pyproject.toml", "workers/cli.py", "Dockerfile"])
def test_the_hash_changes_with_every_file_that_counts(context: Path, file: str) -> None:
    before = context_hash(context)
    (context / file).write_text("changed")
    assert context_hash(context) != before


@pytest.mark.parametrize("file", ["notes.txt", "workers/__pycache__/cli.pyc"])
def test_the_hash_ignores_what_the_build_does(context: Path, file: str) -> None:
    before = context_hash(context)
    (context / file).write_text("changed")
    assert context_hash(context) == before


def test_the_hash_changes_when_a_file_becomes_executable(context: Path) -> None:
    before = context_hash(context)
    (context / "workers" / "cli.py").chmod(0o755)
    assert context_hash(context) != before


def test_the_hash_changes_when_text_moves_between_files(context: Path) -> None:
    (context / "workers" / "a").write_text("xy")
    (context / "workers" / "b").write_text("")
    before = context_hash(context)
    (context / "workers" / "a").write_text("x")
    (context / "workers" / "b").write_text("y")
    assert context_hash(context) != before


@pytest.fixture
def docker(stand_ins: StandIns) -> StandIns:
    """Give a Docker engine that saves whatever it is asked for."""
    stand_ins.install("docker")
    return stand_ins


@pytest.mark.usefixtures("cache")
def test_docker_builds_where_an_engine_answers(
    context: Path, docker: StandIns, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    image = build_worker_image(context, progress)
    built, saved = docker.calls()[-2:]
    assert built.startswith(f"docker build --tag {image.reference} ")
    assert "--build-arg HTTPS_PROXY=http://proxy:3128" in built
    assert built.endswith(str(context))
    assert saved.startswith("docker save --output")
    assert saved.endswith(image.reference)
    assert image.archive.exists()


@pytest.mark.usefixtures("cache", "docker")
def test_a_changed_context_is_another_image(context: Path, progress: Progress) -> None:
    first = build_worker_image(context, progress)
    (context / "workers" / "cli.py").write_text("changed")
    assert build_worker_image(context, progress).reference != first.reference


@pytest.mark.usefixtures("docker")
def test_the_oldest_archives_are_thrown_away(
    context: Path, cache: Path, progress: Progress
) -> None:
    for change in range(5):
        (context / "workers" / "cli.py").write_text(str(change))
        newest = build_worker_image(context, progress).archive
        os.utime(newest, (change, change))
    left = sorted((cache / "images").glob("workers-*.tar"))
    assert len(left) == 3
    assert newest in left


def test_an_image_in_the_cache_is_not_built_again(
    context: Path, docker: StandIns, cache: Path, progress: Progress
) -> None:
    archive = cache / "images" / f"workers-{context_hash(context, 'docker')}.tar"
    archive.parent.mkdir(parents=True)
    archive.touch()
    image = build_worker_image(context, progress)
    assert image.archive == archive
    assert not [call for call in docker.calls() if "build" in call]
    assert progress.timings == []


def test_a_folder_without_a_dockerfile_is_refused(tmp_path: Path, progress: Progress) -> None:
    with pytest.raises(InputError, match="no Dockerfile"):
        build_worker_image(tmp_path, progress)


def test_only_what_a_build_needs_of_the_environment_is_passed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror/simple")
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert build_arguments() == [
        *("--build-arg", "PIP_INDEX_URL=https://mirror/simple"),
        *("--build-arg", "no_proxy=localhost"),
    ]
