"""Debian packages: file systems made once, tools installed or asked for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from chartproof.cluster.debian import install_missing, mirror, root_archive, root_folder
from chartproof.errors import ChartproofError
from tests.tools.cluster.standins import StandIns

pytestmark = pytest.mark.usefixtures("cache")

APT = "apt-get -o DPkg::Lock::Timeout=300"
INDEX = "apt-get indextargets --format $(SITE) Created-By: Packages Label: Debian"


@pytest.mark.needs("root", "broker")
def test_a_root_file_system_runs_the_programs_of_its_packages() -> None:
    folder = root_folder("tiny", "trixie", ["base-files", "dash"])

    said = subprocess.check_output(["chroot", folder, "/bin/sh", "-c", "echo here"], text=True)

    assert said == "here\n"
    assert (folder / "usr/bin/sh").stat().st_uid == 0


def test_an_archive_that_is_there_is_not_made_again(cache: Path, stand_ins: StandIns) -> None:
    stand_ins.install("mmdebstrap", "apt-get")
    stand_ins.answer({INDEX: (0, "http://debian.example/debian\n")})
    with pytest.raises(FileNotFoundError):  # the stand-in writes nothing
        root_archive("tiny", "trixie", ["dash"])
    asked = next(call for call in stand_ins.calls() if call.startswith("mmdebstrap"))
    archive = Path(asked.split()[-2].replace("part-", ""))
    archive.write_bytes(b"")

    assert root_archive("tiny", "trixie", ["dash"]) == archive
    assert root_archive("tiny", "trixie", ["dash"]).parent == cache / "debian"
    assert asked.endswith("http://debian.example/debian")


def test_other_packages_or_another_suite_make_another_archive(stand_ins: StandIns) -> None:
    stand_ins.install("mmdebstrap", "apt-get")
    stand_ins.answer({INDEX: (0, "http://debian.example/debian\n")})
    for suite, packages in (("trixie", ["dash"]), ("forky", ["dash"]), ("forky", ["bash"])):
        with pytest.raises(FileNotFoundError):
            root_archive("tiny", suite, packages)

    calls = [call for call in stand_ins.calls() if call.startswith("mmdebstrap")]

    assert len({call.split()[-2] for call in calls}) == 3


def test_the_mirror_is_known_only_after_an_update(
    stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    stand_ins.install("apt-get")

    with pytest.raises(ChartproofError, match="apt knows no Debian archive: add one"):
        mirror()

    assert stand_ins.calls() == [INDEX, f"{APT} update", INDEX]


def test_tools_that_are_there_are_not_installed(stand_ins: StandIns) -> None:
    stand_ins.install("buildah", "apt-get")

    install_missing("buildah")

    assert stand_ins.calls() == []


def test_root_installs_what_is_missing(
    stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    stand_ins.install("buildah", "apt-get")

    install_missing("ip", "buildah", "nsenter", "unshare")

    assert stand_ins.calls() == [
        f"{APT} update",
        f"{APT} install --yes --no-install-recommends iproute2 util-linux",
    ]


def test_another_user_is_told_what_to_run(
    stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    stand_ins.install("apt-get")

    with pytest.raises(ChartproofError) as error:
        install_missing("ip")

    assert str(error.value) == (
        "not on PATH: ip. Run as root: apt-get update && apt-get install iproute2"
    )


@pytest.mark.usefixtures("stand_ins")
def test_without_apt_the_packages_are_named() -> None:
    with pytest.raises(ChartproofError) as error:
        install_missing("mmdebstrap", "ip")

    assert str(error.value) == (
        "not on PATH: mmdebstrap, ip. Install: iproute2 mmdebstrap (Debian's names)"
    )
