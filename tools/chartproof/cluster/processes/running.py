"""Containers that run: started again when they end, and asked whether they are ready."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from chartproof.cluster.engine import Member
from chartproof.cluster.processes import container
from chartproof.cluster.processes.layout import Layout
from chartproof.cluster.processes.plan import PodPlan, Probe, Task

PROBE_EVERY_S, PROBE_TIMEOUT_S = 1.0, 1.0
# How long to wait before a container is started again: doubled each time, forgotten after a while.
FIRST_PAUSE_S, LONGEST_PAUSE_S, GOOD_S = 1.0, 10.0, 30.0


class Running:
    """A container that is started again whenever it ends, after a pause that grows."""

    def __init__(self, task: Task, address: str, network: Path, log: Path) -> None:
        self.task = task
        self._container = replace(task.container, network=str(network))
        self._address = address
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._next_probe = 0.0
        self._due = 0.0
        self._pause = FIRST_PAUSE_S
        self.starts = 0
        self.ready = False
        self.code: int | None = None

    def look(self, now: float) -> None:
        """Notice an end, start what is due, ask what runs whether it is ready; times in seconds."""
        if self._process is None:
            if now >= self._due:
                self._start(now)
        elif self._process.poll() is not None:
            self._note_end(now)
        elif now >= self._next_probe:
            self._next_probe = now + PROBE_EVERY_S
            self.ready = self.task.ready is None or answers(self._address, self.task.ready)

    @property
    def state(self) -> str:
        """What it is at, in words."""
        if self._process is not None:
            return "running"
        return f"ended with exit code {self.code}" if self.starts else "waiting"

    def terminate(self) -> None:
        """Ask it to end."""
        if self._process is not None:
            self._process.terminate()

    def ended(self) -> bool:
        """Tell whether nothing of it runs."""
        return self._process is None or self._process.poll() is not None

    def _start(self, now: float) -> None:
        with self._log.open("ab") as log:
            self._process = container.start(self._container, log)
        self._started = now
        self.starts += 1

    def _note_end(self, now: float) -> None:
        assert self._process is not None  # noqa: S101 - its one caller has looked
        with self._process as process:
            self.code = process.returncode
        self._process, self.ready = None, False
        if now - self._started > GOOD_S:
            self._pause = FIRST_PAUSE_S
        self._due = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_S)


class RunningPod:
    """A pod: its init containers in order, then all others at once."""

    def __init__(self, plan: PodPlan, network: Path, layout: Layout) -> None:
        def running(task: Task) -> Running:
            return Running(task, plan.address, network, layout.log(plan.name, task.name))

        self._plan = plan
        self._init = [running(task) for task in plan.init]
        self._tasks = [running(task) for task in plan.tasks]

    def look(self, now: float) -> None:
        """Bring every container forward that has its turn."""
        for running in self._turn():
            running.look(now)

    def member(self) -> Member:
        """Say how the pod stands."""
        turn = self._turn()
        shown = next((running for running in turn if not running.ready), turn[0])
        return Member(
            name=self._plan.name,
            component=self._plan.component,
            ready=turn is self._tasks and shown.ready,
            restarts=sum(max(0, running.starts - 1) for running in turn),
            state=f"{shown.task.name} {shown.state}",
        )

    def containers(self) -> list[Running]:
        """All its containers."""
        return [*self._init, *self._tasks]

    def _turn(self) -> Sequence[Running]:
        """Return the first init container that has not ended well, else the pod's others."""
        for running in self._init:
            if running.code != 0:
                return [running]
        return self._tasks


def answers(address: str, probe: Probe) -> bool:
    """Tell whether a probe is answered with success."""
    with closing(_connection(address, probe)) as connection:
        try:
            connection.request("GET", probe.path)
            return 200 <= connection.getresponse().status < 400
        except (OSError, HTTPException):
            return False


def _connection(address: str, probe: Probe) -> HTTPConnection:
    if not probe.tls:
        return HTTPConnection(address, probe.port, timeout=PROBE_TIMEOUT_S)
    # As the kubelet's, which asks a pod by its address, and no certificate is for that.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection(address, probe.port, timeout=PROBE_TIMEOUT_S, context=context)
