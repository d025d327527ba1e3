"""What a test needs of the machine, and what becomes of it where that is missing.

A test says `@pytest.mark.needs("cluster")`. Where the machine cannot give it, the test is
skipped and the run ends with a plain list of what was left out and why. Under
CHARTPROOF_REQUIRE=all (as CI sets it) the same test fails: nothing may be skipped there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec

REQUIRE = "CHARTPROOF_REQUIRE"
OLDEST_NODE = 20


def missing_root() -> str | None:
    """Say why work that needs root cannot be done here, or None."""
    if sys.platform != "linux":
        return f"it needs Linux, this is {sys.platform}"
    if os.geteuid() != 0:
        return f"it needs root, this is uid {os.geteuid()}"
    return None


def missing_go() -> str | None:
    """Say why nothing can be built with Go, or None."""
    if shutil.which("go") or find_spec("pip"):
        return None
    return "it needs Go or pip to fetch it"


def missing_debian() -> str | None:
    """Say why no Debian root file system can be made here, or None."""
    if shutil.which("apt-get"):
        return None
    return "it needs apt-get for RabbitMQ"


def missing_package(name: str) -> Callable[[], str | None]:
    """Make a check that says why a Debian package cannot be unpacked here, or None."""

    def missing() -> str | None:
        if shutil.which("apt-get") and shutil.which("dpkg-deb"):
            return None
        return f"it needs apt-get and dpkg-deb for {name}"

    return missing


def missing_chromium() -> str | None:
    """Say why no page can be looked at in a browser here, or None."""
    can_install = shutil.which("apt-get") and os.geteuid() == 0
    return None if shutil.which("chromium") or can_install else "it needs Chromium"


def missing_cables() -> str | None:
    """Say why no network namespaces with cables between them can be made here, or None."""
    lacking = [name for name in ("ip", "nsenter") if not shutil.which(name)]
    return missing_root() or (f"it needs {' and '.join(lacking)}" if lacking else None)


def missing_gnupg() -> str | None:
    """Say why nothing can be signed here, or None."""
    return None if shutil.which("gpg") and shutil.which("gpg-agent") else "it needs GnuPG"


def missing_node() -> str | None:
    """Say why no JavaScript of npm can be run, or None."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "it needs Node.js with npm"
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    version = said.stdout.strip()
    is_new = int(version.lstrip("v").partition(".")[0] or 0) >= OLDEST_NODE
    return None if is_new else f"it needs Node.js {OLDEST_NODE} or newer, this is {version}"


@cache
def missing_packages() -> str | None:
    """Say why pip can install nothing that is not here yet, or None."""
    if not find_spec("pip"):
        return "it needs pip"
    asked = [sys.executable, "-m", "pip", "--disable-pip-version-check", "index", "versions", "pip"]
    done = subprocess.run(asked, capture_output=True, check=False)
    return "it needs a package index that answers pip" if done.returncode else None


@cache
def missing_containers() -> str | None:
    """Say why this user can have no containers of the kernel's own making, or None."""
    from chartproof.cluster.processes.check import container_fault

    return container_fault() if sys.platform == "linux" else f"it needs Linux, not {sys.platform}"


def first(*checks: Callable[[], str | None]) -> Callable[[], str | None]:
    """Join checks into one that gives the first fault."""
    return lambda: next((fault for check in checks if (fault := check())), None)


NEEDS: Mapping[str, Callable[[], str | None]] = {
    "root": missing_root,
    "broker": first(missing_debian, missing_containers),
    "cluster": first(missing_root, missing_debian, missing_go),
    "helm3": missing_go,
    "helm4": missing_go,
    "kubeconform": missing_go,
    "promtool": missing_package("promtool"),
    "registry": missing_package("docker-registry"),
    "web": missing_package("caddy"),
    "chromium": missing_chromium,
    "go": missing_go,
    "gnupg": missing_gnupg,
    "cables": missing_cables,
    "node": missing_node,
    "packages": missing_packages,
}


def fault(what: str) -> str | None:
    """Say why `what` cannot be had here, or None.

    Raises ValueError for a need this table does not know: a typo must not pass as met.
    """
    if what not in NEEDS:
        raise ValueError(f"unknown need {what!r}: one of {', '.join(sorted(NEEDS))}")
    return NEEDS[what]()


def all_required() -> bool:
    """Tell whether a missing need is a failure rather than a skip."""
    return os.environ.get(REQUIRE) == "all"
