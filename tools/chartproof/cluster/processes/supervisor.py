"""The process that stands for a release: it runs the pods of a plan until it is told to stop.

Everything lives in namespaces of its own: a network that leads nowhere else, and processes that
end with their first one, however it ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from chartproof.cluster.engine import Member
from chartproof.cluster.processes import linux
from chartproof.cluster.processes.container import isolated
from chartproof.cluster.processes.layout import Layout
from chartproof.cluster.processes.linux import Namespace
from chartproof.cluster.processes.network import Network
from chartproof.cluster.processes.plan import PodPlan
from chartproof.cluster.processes.running import RunningPod

LOOK_S = 0.2
GRACE_S = 5.0


def supervise(layout: Layout) -> None:
    """Run the plan of a release until SIGTERM, and keep the file that says how its pods stand."""
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    linux.keep_mounts_private()
    linux.mount("proc", Path("/proc"))
    network = Network()
    plans = [PodPlan.from_json(body) for body in json.loads(layout.plan.read_text())]
    pods = [RunningPod(plan, network.add(plan.name, plan.address), layout) for plan in plans]
    shown: list[Member] = []
    while not stopping:
        for pod in pods:
            pod.look(time.monotonic())
        members = [pod.member() for pod in pods]
        if members != shown:
            write_members(layout, members)
            shown = members
        time.sleep(LOOK_S)
    _stop(pods)


def write_members(layout: Layout, members: Sequence[Member]) -> None:
    """Write how the pods stand, in one piece."""
    part = layout.members.with_suffix(".part")
    part.write_text(json.dumps([asdict(member) for member in members]))
    part.rename(layout.members)


def read_members(layout: Layout) -> list[Member]:
    """Read how the pods stand; nothing before the first look at them."""
    if not layout.members.exists():
        return []
    return [Member(**body) for body in json.loads(layout.members.read_text())]


def main() -> None:
    """Supervise the release of the folder that the first argument names."""
    layout = Layout(Path(sys.argv[1]))
    namespaces = Namespace.USER | Namespace.MOUNT | Namespace.NETWORK | Namespace.PROCESS

    def inside() -> None:
        supervise(layout)
        os._exit(0)

    sys.exit(isolated(namespaces, (0, 0), inside))


def _stop(pods: Sequence[RunningPod]) -> None:
    """Ask all containers to end; what does not in time is killed with this process."""
    containers = [running for pod in pods for running in pod.containers()]
    for running in containers:
        running.terminate()
    end = time.monotonic() + GRACE_S
    while time.monotonic() < end and not all(running.ended() for running in containers):
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
