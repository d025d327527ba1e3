"""One real cluster for every test of this folder, brought up by the command a user has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from chartproof.cluster.cache import cache_dir
from chartproof.cluster.engine import Image
from chartproof.cluster.node.cluster import NodeCluster
from chartproof.cluster.node.layout import cluster_layout
from tests.support.make import make

REPOSITORY = Path(__file__).parents[2]
# Another name keeps two runs on one machine out of each other's way.
CLUSTER_NAME = os.environ.get("CHARTPROOF_CLUSTER", "tests")


def chartproof(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run chartproof on the cluster of the tests."""
    return subprocess.run(
        [Path(sys.executable).with_name("chartproof"), *words],
        cwd=REPOSITORY,
        env={**os.environ, "CHARTPROOF_CLUSTER": CLUSTER_NAME},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Brought:
    """A cluster that `chartproof up` made."""

    output: str
    kubeconfig: Path
    context: str | None = None

    @property
    def nodes(self) -> Sequence[str]:
        """The names of its nodes."""
        with named():
            return NodeCluster(cluster_layout()).nodes

    def load(self, images: Sequence[Image]) -> None:
        """Put images where its node finds them."""
        with named():
            NodeCluster(cluster_layout()).load(images)


@contextmanager
def named() -> Iterator[None]:
    """Have this process take the cluster of the tests for its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARTPROOF_CLUSTER", CLUSTER_NAME)
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[Brought]:
    """Bring the chart up on three embedded nodes of its own; take it down at the end."""
    _take_down()  # what a run left that was killed
    up = chartproof("up", "chart", "--engine", "node", "--nodes", "3")
    try:
        assert up.returncode == 0, up.stdout + up.stderr
        shown = re.search(r"^export KUBECONFIG=(.+)$", up.stdout, re.MULTILINE)
        assert shown, up.stdout
        yield Brought(up.stdout, Path(shown[1]))
    finally:
        _take_down()
        assert CLUSTER_NAME not in subprocess.check_output(["ip", "netns"], text=True)
        assert not mounts_under(cache_dir() / "clusters" / CLUSTER_NAME)


def _take_down() -> None:
    down = make("down", CHARTPROOF_CLUSTER=CLUSTER_NAME)
    assert down.returncode == 0, down.stdout + down.stderr


def mounts_under(folder: Path) -> list[str]:
    """Return the mount points of this machine under a folder."""
    points = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    return [point for point in points if Path(point).is_relative_to(folder)]
