"""The engine of the last resort: a release's containers as processes of this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

from chartproof.cluster.cache import cache_dir, remove
from chartproof.cluster.engine import Check, Member, cluster_name
from chartproof.cluster.install import standing
from chartproof.cluster.processes import container, rabbitmq, supervisor
from chartproof.cluster.processes.check import check
from chartproof.cluster.processes.data import Data
from chartproof.cluster.processes.layout import Layout
from chartproof.cluster.processes.plan import plan
from chartproof.cluster.processes.pods import WORKLOADS, Pod, hosts, pods
from chartproof.cluster.processes.volumes import fill, volume_files, volumes
from chartproof.cluster.progress import Progress, Stage
from chartproof.cluster.shell import failure
from chartproof.errors import ChartproofError
from chartproof.release import Release
from chartproof.wiring.pods import pods as described

READY_S = 180.0
STOP_S = 20.0
LOOK_S = 0.2
LAST_LINES = 8
HOPELESS_RESTARTS = 3


class ProcessesEngine:
    """Runs a release's containers in namespaces that any user may make, on a network of its own."""

    name = "processes"
    not_proven = (
        "Run as processes: scheduling, PodSecurity, liveness and startup probes, resource limits, "
        "real volumes and Service addresses are not proven."
    )

    def __init__(self) -> None:
        releases = cache_dir() / "processes"
        self._layout = Layout(releases / cluster_name())
        self._lock_file = releases / f"{cluster_name()}.lock"
        self._supervisor: subprocess.Popen[bytes] | None = None

    def check(self) -> Check:
        """Usable on Linux where user namespaces are allowed and apt-get gives RabbitMQ."""
        return check()

    def running(self) -> bool:
        """Tell whether a supervisor runs."""
        if not self._lock_file.exists():
            return False
        lock = self._lock()
        if lock is not None:
            lock.close()
        return lock is None

    def run(self, release: Release, progress: Progress) -> None:
        """Start the StatefulSets and Deployments of the release, and wait until all are ready.

        Claimed volumes are kept from the run before. Raises ChartproofError.
        """
        found = pods(release)
        if not found:
            raise ChartproofError(
                "nothing to run: the release has no " + " and no ".join(WORKLOADS)
            )
        if left := _left_out(release):
            progress.note(f"not run as processes: {', '.join(left)}")
        self._end()
        if not rabbitmq.cached():
            with progress.stage("download RabbitMQ"):
                rabbitmq.root_folder()
        with progress.stage("start the release as processes") as stage:
            self._lay_out(release, found)
            self._wait(self._start(), len(found), stage)

    def members(self) -> Sequence[Member]:
        """Return how the pods stand; none when nothing runs."""
        return supervisor.read_members(self._layout) if self.running() else []

    def logs(self, component: str) -> Sequence[Path]:
        """Return the log files of a component, `<pod>.<container>.log` each."""
        return [
            file
            for member in supervisor.read_members(self._layout)
            if member.component == component
            for file in self._layout.logs_of(member.name)
        ]

    def stop(self) -> None:
        """End every process and remove every file of the release."""
        self._end()
        remove(self._layout.root)
        remove(self._lock_file)

    def _lay_out(self, release: Release, found: Sequence[Pod]) -> None:
        """Write all that the containers are given, and the plan that says how to run them."""
        layout = self._layout
        for old in (layout.pods, layout.logs, layout.members):
            remove(old)
        for new in (layout.etc, layout.logs):
            new.mkdir(parents=True, exist_ok=True)
        for name, text in {**rabbitmq.LOOKUP, "hosts": hosts(release, found)}.items():
            (layout.etc / name).write_text(text)
        data = Data(release)
        for pod in found:
            for volume in volumes(pod):
                fill(layout.volume(pod, volume), volume_files(volume, pod, data))
        layout.plan.write_text(json.dumps([plan(pod, data, layout).to_json() for pod in found]))

    def _start(self) -> subprocess.Popen[bytes]:
        """Start the supervisor. It holds the lock as long as it lives."""
        lock = self._lock()
        if lock is None:
            raise ChartproofError(f"{self._layout.root}: another chartproof is just starting here")
        with lock, self._layout.supervisor_log.open("wb") as log:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", supervisor.__name__, str(self._layout.root)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )
            lock.write(str(self._supervisor.pid))
        return self._supervisor

    def _wait(self, process: subprocess.Popen[bytes], count: int, stage: Stage) -> None:
        """Wait until `count` pods are ready. Raises ChartproofError with logs when they do not."""
        end = time.monotonic() + READY_S
        while True:
            if (code := process.poll()) is not None:
                said = self._layout.supervisor_log.read_text(errors="replace")
                raise ChartproofError(failure(["supervisor"], code, said))
            members = supervisor.read_members(self._layout)
            late = [member for member in members if not member.ready]
            if len(members) == count and not late:
                return
            stage.detail(standing(members))
            hopeless = [member for member in late if member.restarts >= HOPELESS_RESTARTS]
            if hopeless or time.monotonic() > end:
                raise ChartproofError("\n".join(self._diagnosis(hopeless or late)))
            time.sleep(LOOK_S)

    def _diagnosis(self, late: Sequence[Member]) -> list[str]:
        """Say how these pods stand and what they said last."""
        lines = []
        for member in late:
            lines.append(f"{member.name}: {member.state}, {member.restarts} restarts")
            for file in self._layout.logs_of(member.name):
                said = file.read_text(errors="replace").splitlines()[-LAST_LINES:]
                lines += [f"  {file.stem}: {line}" for line in said]
        return lines or [f"no pod came up in {READY_S:.0f} s"]

    def _end(self) -> None:
        """End the supervisor, and all else with it; kill it if it takes too long."""
        for number in (signal.SIGTERM, container.KILL):
            if not self.running():
                break
            self._signal(number)
            end = time.monotonic() + STOP_S
            while self.running() and time.monotonic() < end:
                time.sleep(LOOK_S)
        if self._supervisor is not None:
            self._supervisor.wait()
            self._supervisor = None

    def _signal(self, number: int) -> None:
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):  # it ends, or just begins
            os.kill(int(self._lock_file.read_text()), number)

    def _lock(self) -> IO[str] | None:
        """Take the lock, emptying its file; None while a supervisor or another start holds it."""
        self._lock_file.parent.mkdir(exist_ok=True)
        file = self._lock_file.open("a+")
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        file.truncate(0)
        return file


def _left_out(release: Release) -> list[str]:
    """Name the workloads that are neither run here nor hooks."""
    owners = {pod.owner.name: pod.owner for pod in described(release)}
    return [
        f"{owner.kind}/{owner.name}"
        for owner in owners.values()
        if owner.kind not in WORKLOADS and not owner.is_hook
    ]
