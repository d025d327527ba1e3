"""A Docker engine, where one answers, and clusters whose nodes are its containers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chartproof.cluster.engine import Check, Image
from chartproof.cluster.shell import run
from chartproof.errors import ChartproofError

ANSWER_S = 20


def fault() -> str | None:
    """Say why no Docker engine answers here, or None where one does."""
    if shutil.which("docker") is None:
        return "docker is not installed"
    try:
        run(["docker", "info", "--format", "{{.ServerVersion}}"], timeout=ANSWER_S)
    except ChartproofError as error:
        return f"no Docker engine answers: {str(error).splitlines()[-1].strip()}"
    return None


def check(tool: str, site: str, first_start_s: int) -> Check:
    """Check for a Docker engine and for `tool`, which makes clusters of its containers."""
    remedies = []
    reasons = []
    if missing := fault():
        reasons.append(missing)
        remedies.append("install or start Docker")
    if shutil.which(tool) is None:
        reasons.append(f"{tool} is not installed")
        remedies.append(f"install {tool}: {site}")
    if reasons:
        return Check(False, ", ".join(reasons), " and ".join(remedies), first_start_s)
    return Check(True, "a Docker engine answers", first_start_s=first_start_s)


@dataclass(frozen=True)
class DockerCluster:
    """A cluster whose nodes are containers named like the nodes."""

    kubeconfig: Path
    context: str | None
    nodes: Sequence[str]
    import_archive: Callable[[Path], None]

    def load(self, images: Sequence[Image]) -> None:
        """Import those images that some node does not hold yet."""
        for image in images:
            if not all(self._holds(node, image) for node in self.nodes):
                self.import_archive(image.archive)

    def _holds(self, node: str, image: Image) -> bool:
        asked = run(
            ["docker", "exec", node, "crictl", "inspecti", "--quiet", image.reference], check=False
        )
        return asked.returncode == 0
