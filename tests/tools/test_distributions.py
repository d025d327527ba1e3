"""Both distributions build the same anywhere, and work where the repository is not."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import time
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.charts import CHARTS
from tests.support.clones import git
from tests.support.words import Words

REPOSITORY = Path(__file__).parents[2]
PROJECTS = {"chartproof": "", "rabbitmq_workers": "apps"}
COMMANDS: Mapping[str, list[list[str]]] = {
    "chartproof": [
        ["chartproof", "--help"],
        ["chartproof", "render", "{chart}"],
        ["chartproof", "lint", "{chart}"],
        ["chartproof", "lint", "--explain", "value-is-read"],
        ["chartproof", "graph", "{chart}"],
        ["chartproof", "diff", "{chart}", "{chart}"],
        ["chartproof", "package", "{chart}", "-d", "{folder}"],
        ["chartproof", "publish", "{folder}/cases-0.1.0.tgz", "--to", "{folder}/site", "--apply"],
        ["chartproof", "test", "{chart}", "--update"],
        ["chartproof", "test", "{chart}"],
        ["chartproof", "docs", "{chart}"],
        ["chartproof", "docs", "{chart}", "--check"],
        ["chartproof", "new", "{folder}/shop"],
        ["chartproof", "new", "{folder}/jobs", "--from-workloads"],
        ["chartproof", "up", "--help"],
    ],
    "rabbitmq_workers": [["workers", "--help"], ["workers", "wait", "--help"]],
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Give the wheel of each distribution, built from a clone."""
    folder = tmp_path_factory.mktemp("wheels")
    return build(folder, umask=0o022)


def build(folder: Path, umask: int) -> Mapping[str, Path]:
    clone = folder / "clone"
    git(folder, "clone", "--quiet", str(REPOSITORY), str(clone))
    for project in PROJECTS.values():
        words = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", *words, str(clone / project)],
            check=True,
            umask=umask,
        )
    return {name: next(folder.glob(f"{name}-*.whl")) for name in PROJECTS}


def test_two_clones_at_two_times_build_the_same_wheels(
    wheels: Mapping[str, Path], tmp_path: Path
) -> None:
    time.sleep(2.1)  # a zip file keeps times to two seconds
    for name, again in build(tmp_path, umask=0o077).items():
        assert again.name == wheels[name].name
        assert again.read_bytes() == wheels[name].read_bytes()


@pytest.mark.parametrize("name", PROJECTS)
def test_from_a_wheel_every_command_works_outside_of_the_repository(
    wheels: Mapping[str, Path], tmp_path: Path, name: str
) -> None:
    # What it depends on is this environment's; what it is comes from the wheel alone.
    venv.create(tmp_path / "clean", with_pip=True)
    programs = tmp_path / "clean/bin"
    install: Words = [programs / "python", "-m", "pip", "install", "--quiet"]
    install += ["--no-deps", wheels[name]]
    subprocess.run(install, check=True)
    chart = tmp_path / "charts/cases"
    chart.parent.mkdir()
    subprocess.run(["cp", "-r", CHARTS / "cases", chart], check=True)
    environment = {**os.environ, "PYTHONPATH": site.getsitepackages()[0]}
    for command, *words in COMMANDS[name]:
        given = [word.format(chart=chart, folder=tmp_path) for word in words]
        done = subprocess.run(
            [programs / command, *given],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (command, given, done.stdout, done.stderr)
    package = {"chartproof": "chartproof", "rabbitmq_workers": "workers"}[name]
    where = subprocess.run(
        [programs / "python", "-c", f"import {package}; print({package}.__file__)"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(tmp_path) in where.stdout
