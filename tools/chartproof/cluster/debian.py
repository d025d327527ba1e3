"""Debian packages: root file systems made of them, and tools that this machine lacks."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from chartproof.cluster.cache import cache_dir, locked, once
from chartproof.cluster.shell import run
from chartproof.errors import ChartproofError

# Tools whose package has another name.
PACKAGES = {"ip": "iproute2", "nsenter": "util-linux", "unshare": "util-linux"}
# A testing suite's Release file can be past its Valid-Until on a mirror that keeps a day's state.
# Its signature and every package's checksum are verified all the same.
NO_VALID_UNTIL = '--aptopt=Acquire::Check-Valid-Until "false"'


# A container has no use for them, and a smaller image is imported sooner.
TRIM = '--customize-hook=rm -rf "$1"/usr/share/doc "$1"/usr/share/man "$1"/usr/share/locale'

# A fresh machine often upgrades itself at the same time: 300 s for another apt to end.
_PATIENT = ("-o", "DPkg::Lock::Timeout=300")


def root_archive(name: str, suite: str, packages: Sequence[str]) -> Path:
    """Return a tar of these Debian packages and all they depend on, unpacked and not configured.

    That takes a third of the time of an installation. What a package's scripts would have set up
    (users, alternatives) is missing, and so is what it does not name as a dependency because
    every Debian has it: name `dash` or `coreutils` where they are needed.

    It is made once for each set of packages, by mmdebstrap from the mirror that apt uses here.
    """
    target = cache_dir() / "debian" / f"{name}-{_key(suite, packages)}.tar"

    def make(part: Path) -> None:
        install_missing("mmdebstrap")
        options = ["--variant=extract", NO_VALID_UNTIL, TRIM, f"--include={','.join(packages)}"]
        run(["mmdebstrap", *options, suite, part, mirror()])

    return once(target, make)


def root_folder(name: str, suite: str, packages: Sequence[str]) -> Path:
    """Return `root_archive` as a folder, owners and modes kept (so root has to call it)."""
    archive = root_archive(name, suite, packages)

    def unpack(part: Path) -> None:
        part.mkdir()
        run(["tar", "--numeric-owner", "-C", part, "-xpf", archive])

    return once(archive.with_suffix(""), unpack)


def mirror() -> str:
    """Return the address of the Debian archive in apt's own configuration."""
    query = ["apt-get", "indextargets", "--format", "$(SITE)"]
    debian = ["Created-By: Packages", "Label: Debian"]
    sites = run([*query, *debian]).stdout.split()
    if not sites and os.geteuid() == 0:  # apt knows a label only after its first update
        _update()
        sites = run([*query, *debian]).stdout.split()
    if not sites:
        raise ChartproofError(
            "apt knows no Debian archive: add one to /etc/apt/sources.list.d and run apt-get update"
        )
    return sites[0]


def install_missing(*tools: str) -> None:
    """Install the Debian packages of those `tools` that are not on PATH.

    Raises ChartproofError, with what to install, where this process may not do it.
    """
    with locked(cache_dir() / ".apt.lock"):
        missing = [tool for tool in tools if shutil.which(tool) is None]
        if not missing:
            return
        packages = sorted({PACKAGES.get(tool, tool) for tool in missing})
        wanted = f"not on PATH: {', '.join(missing)}"
        if shutil.which("apt-get") is None:
            raise ChartproofError(f"{wanted}. Install: {' '.join(packages)} (Debian's names)")
        if os.geteuid() != 0:
            command = f"apt-get update && apt-get install {' '.join(packages)}"
            raise ChartproofError(f"{wanted}. Run as root: {command}")
        _update()
        run(
            ["apt-get", *_PATIENT, "install", "--yes", "--no-install-recommends", *packages],
            env={"DEBIAN_FRONTEND": "noninteractive"},
        )


def _update() -> None:
    run(["apt-get", *_PATIENT, "update"])


def _key(suite: str, packages: Sequence[str]) -> str:
    return hashlib.sha256(" ".join([suite, *sorted(packages)]).encode()).hexdigest()[:12]
