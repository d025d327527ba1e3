"""What every engine promises: the things that can run a release, and what they run it on.

There are two kinds. A `ClusterEngine` gives a Kubernetes that Helm installs into; a
`ReleaseEngine` has no Kubernetes and runs the rendered objects itself.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from chartproof.cluster.cache import cache_dir

if TYPE_CHECKING:
    from chartproof.cluster.progress import Progress
    from chartproof.release import Release


def cluster_name() -> str:
    """Return the name of this machine's own cluster: $CHARTPROOF_CLUSTER, else chartproof."""
    return os.environ.get("CHARTPROOF_CLUSTER", "chartproof")


def cluster_folder(name: str) -> Path:
    """Return the folder that keeps what belongs to the cluster `name`; it is made if missing."""
    folder = cache_dir() / "clusters" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Check:
    """Whether an engine can run here.

    `reason` says why, or why not; `remedy` is the command or step that would make it usable
    and is empty where it is. `first_start_s` estimates the next start in seconds: all that
    is still to be built or fetched, next to nothing once the caches are filled.
    """

    usable: bool
    reason: str
    remedy: str = ""
    first_start_s: int = 0


@dataclass(frozen=True)
class Image:
    """A container image in a file: an OCI archive, or one that `docker save` wrote."""

    repository: str
    tag: str
    archive: Path

    @property
    def reference(self) -> str:
        """The name pods ask for, as `repository:tag`."""
        return f"{self.repository}:{self.tag}"


@dataclass(frozen=True)
class Member:
    """One pod of a release, or the process that stands for it."""

    name: str
    component: str
    ready: bool
    restarts: int = 0
    state: str = ""


class Cluster(Protocol):
    """A Kubernetes that answers."""

    @property
    def kubeconfig(self) -> Path:
        """The file that reaches it."""
        ...

    @property
    def context(self) -> str | None:
        """The context in that file, or None for its current one."""
        ...

    @property
    def nodes(self) -> Sequence[str]:
        """The names of its nodes."""
        ...

    def load(self, images: Sequence[Image]) -> None:
        """Put images where every node finds them without a registry.

        One that the nodes already hold costs next to nothing. Raises ChartproofError.
        """
        ...


class Engine(Protocol):
    """A way to run a release on this machine."""

    @property
    def name(self) -> str:
        """What `--engine` calls it."""
        ...

    def check(self) -> Check:
        """Say whether it can run here; quick, changes nothing, never raises."""
        ...

    def running(self) -> bool:
        """Tell whether what this engine started before is still there."""
        ...

    def stop(self) -> None:
        """Take away what `start` made; no error when there is nothing."""
        ...


@runtime_checkable
class ClusterEngine(Engine, Protocol):
    """An engine that gives a Kubernetes."""

    def images(self, references: Sequence[str], progress: Progress) -> Sequence[Image]:
        """Return images for those references that its nodes could not pull themselves.

        It is called beside `start`, in a thread of its own. Raises ChartproofError.
        """
        ...

    def start(self, progress: Progress) -> Cluster:
        """Return the cluster, made first where it is not running.

        Each step is a `progress.stage`. Raises ChartproofError.
        """
        ...


@runtime_checkable
class ReleaseEngine(Engine, Protocol):
    """An engine without a Kubernetes: it runs the containers of a release as processes."""

    @property
    def not_proven(self) -> str:
        """One line that says what running there cannot prove."""
        ...

    def run(self, release: Release, progress: Progress) -> None:
        """Start every process of the release and leave them running.

        What ran before is ended first. Each step is a `progress.stage`. Raises ChartproofError.
        """
        ...

    def members(self) -> Sequence[Member]:
        """The processes that stand for the release's pods."""
        ...

    def logs(self, component: str) -> Sequence[Path]:
        """The log files of a component's processes, one each: JSON lines for a worker."""
        ...
