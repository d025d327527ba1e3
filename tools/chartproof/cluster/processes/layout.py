"""Where the files of a release that runs as processes are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartproof.cluster.processes.pods import Pod
from chartproof.walk import fields


@dataclass(frozen=True)
class Layout:
    """The folder of one release."""

    root: Path

    @property
    def etc(self) -> Path:
        """Files that every container finds in /etc."""
        return self.root / "etc"

    @property
    def pods(self) -> Path:
        """The volumes that end with their pods, a folder each."""
        return self.root / "pods"

    @property
    def logs(self) -> Path:
        """What the containers write to their outputs."""
        return self.root / "logs"

    @property
    def plan(self) -> Path:
        """What the supervisor is to run."""
        return self.root / "plan.json"

    @property
    def members(self) -> Path:
        """How the pods stand, as the supervisor saw them last."""
        return self.root / "members.json"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor itself has to say."""
        return self.root / "supervisor.log"

    def volume(self, pod: Pod, volume: Mapping[str, Any]) -> Path:
        """Return the folder of a volume; a claimed one outlives its pod."""
        claim = fields(volume, "persistentVolumeClaim").get("claimName")
        if claim:
            return self.root / "claims" / str(claim)
        return self.pods / pod.name / str(volume["name"])

    def log(self, pod: str, container: str) -> Path:
        """Return the log of a container."""
        return self.logs / f"{pod}.{container}.log"

    def logs_of(self, pod: str) -> list[Path]:
        """Return the logs of a pod's containers that have begun."""
        return sorted(self.logs.glob(f"{pod}.*.log"))
