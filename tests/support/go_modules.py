"""Go modules as the proxy has them: their files, and programs built where they lie.

Built in its own folder a module takes the versions, the sums and the `replace` lines of its own
go.mod, which `go install MODULE@VERSION` refuses.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chartproof.cluster.cache import cache_dir, once
from chartproof.cluster.node.programs import BUILD_FLAGS, LINK_FLAGS, go
from chartproof.cluster.shell import run
from tests.support.words import Words


@dataclass(frozen=True)
class GoModule:
    """A module at one version."""

    path: str
    version: str

    def folder(self) -> Path:
        """Return the module's files in Go's own cache, which are not to be written to.

        Raises ChartproofError when they cannot be downloaded.
        """
        return _folder(self)

    def build(self, *packages: str, added: Mapping[str, Path] | None = None) -> Path:
        """Return a folder with the programs of these packages of the module, built once.

        `added` gives the module files that it has not: ours, by the path in the module. Raises
        ChartproofError with what the compiler said.
        """
        files = dict(added or {})
        key = self._key(packages, files)
        name = self.path.removesuffix("/v2").rsplit("/", 1)[-1]

        def build(part: Path) -> None:
            part.mkdir()
            with tempfile.TemporaryDirectory() as copy:
                source = _with(self.folder(), files, Path(copy)) if files else self.folder()
                flags = [*BUILD_FLAGS, "-buildvcs=false", f"-ldflags={LINK_FLAGS}"]
                command: Words = [go(), "build", *flags, "-o", f"{part}{os.sep}", *packages]
                run(command, cwd=source, env={"CGO_ENABLED": "0", "GOGC": "400"})

        return once(cache_dir() / "tools" / f"{name}-{self.version}-{key}", build)

    def _key(self, packages: tuple[str, ...], files: Mapping[str, Path]) -> str:
        digest = hashlib.sha256(" ".join(packages).encode())
        for path, file in sorted(files.items()):
            digest.update(f"{path}\0".encode() + file.read_bytes())
        return digest.hexdigest()[:12]


def _with(folder: Path, files: Mapping[str, Path], copy: Path) -> Path:
    """Copy a module and add files to it: Go's own cache must stay as it is."""
    shutil.copytree(folder, copy, copy_function=shutil.copyfile, dirs_exist_ok=True)
    for path, file in files.items():
        target = copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return copy


@cache
def _folder(module: GoModule) -> Path:
    command: Words = [go(), "mod", "download", "-json", f"{module.path}@{module.version}"]
    return Path(json.loads(run(command, cwd=Path("/")).stdout)["Dir"])


CERT_MANAGER = GoModule("github.com/cert-manager/cert-manager", "v1.21.2")
GATEWAY_API = GoModule("sigs.k8s.io/gateway-api", "v1.6.3")
KUBECTL = GoModule("k8s.io/kubectl", "v0.36.3")
KEDA = GoModule("github.com/kedacore/keda/v2", "v2.21.0")
METRICS_SERVER = GoModule("sigs.k8s.io/metrics-server", "v0.9.0")
PROMETHEUS_OPERATOR = GoModule("github.com/prometheus-operator/prometheus-operator", "v0.85.0")


def kubectl() -> Path:
    """Return kubectl, of the version of the embedded nodes; the first call builds it."""
    main = Path(__file__).with_name("kubectl") / "main.go"
    return KUBECTL.build("./cmd/kubectl", added={"cmd/kubectl/main.go": main}) / "kubectl"
