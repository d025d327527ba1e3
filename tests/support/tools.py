"""Command line tools that the tests hold chartproof against, built once from their Go modules."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import kubernetes_validate

from chartproof.cluster.cache import cache_dir, locked, once
from chartproof.cluster.node.programs import go
from chartproof.cluster.shell import run


@dataclass(frozen=True)
class GoTool:
    """A command of a Go module at one version."""

    package: str
    version: str

    def path(self) -> Path:
        """Return the built command; the first call on a machine builds it into the cache."""
        name = self.package.rsplit("/", 1)[-1]

        def build(part: Path) -> None:
            run(
                [go(), "install", f"{self.package}@{self.version}"],
                env={"GOBIN": str(part), "CGO_ENABLED": "0"},
            )

        return once(cache_dir() / "tools" / f"{name}-{self.version}", build) / name


@dataclass(frozen=True)
class DebianTool:
    """A command of a Debian package, unpacked and not installed: Prometheus's would be started."""

    package: str
    command: str

    def path(self) -> Path:
        """Return the command; the first call on a machine downloads it into the cache."""

        def unpack(part: Path) -> None:
            part.mkdir()
            with locked(cache_dir() / ".apt.lock"):
                if os.geteuid() == 0:
                    run(["apt-get", "update"])
                # As root apt would download as _apt, who cannot write here.
                run(["apt-get", "-o", "APT::Sandbox::User=", "download", self.package], cwd=part)
            (archive,) = part.glob("*.deb")
            run(["dpkg-deb", "--extract", archive, part])
            archive.unlink()

        folder = once(cache_dir() / "tools" / f"debian-{self.package}", unpack)
        return next(folder.glob(f"**/bin/{self.command}"))


ABSOLUTE_ID = re.compile(r',\s*"\$id": "[^"]*"')
HELM3 = GoTool("helm.sh/helm/v3/cmd/helm", "v3.22.0")
HELM4 = GoTool("helm.sh/helm/v4/cmd/helm", "v4.3.1")
KUBE_SCORE = GoTool("github.com/zegl/kube-score/cmd/kube-score", "v1.20.0")
KUBECONFORM = GoTool("github.com/yannh/kubeconform/cmd/kubeconform", "v0.8.0")
PROMTOOL = DebianTool("prometheus", "promtool")
BUSYBOX = DebianTool("busybox-static", "busybox")
CADDY = DebianTool("caddy", "caddy")
DOCKER_REGISTRY = DebianTool("docker-registry", "docker-registry")


def chromium() -> Path:
    """Return headless Chromium's command; the first call on a machine installs its package."""
    with locked(cache_dir() / ".apt.lock"):
        if (found := shutil.which("chromium")) is None:
            run(["apt-get", "update"])
            quiet = {"DEBIAN_FRONTEND": "noninteractive"}
            run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], env=quiet)
            found = shutil.which("chromium")
    assert found, "apt-get installed no chromium"
    return Path(found)


def kubernetes_schemas() -> Path:
    """Return the schemas that kubernetes-validate ships, with references kubeconform can follow."""
    shipped = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"

    def rewrite(part: Path) -> None:
        for schema in shipped.glob("*-local-strict/*.json"):
            target = part / schema.relative_to(shipped)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = schema.read_text("utf-8").replace("/api/_definitions.json", "_definitions.json")
            target.write_text(ABSOLUTE_ID.sub("", text), "utf-8")

    return once(cache_dir() / "schemas" / version("kubernetes-validate"), rewrite)
