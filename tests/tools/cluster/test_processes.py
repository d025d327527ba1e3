"""Releases that really run as processes: messages flow, failures heal, and nothing is left."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from chartproof.chart import Chart
from chartproof.cluster.processes import rabbitmq
from chartproof.cluster.processes.engine import ProcessesEngine
from chartproof.cluster.processes.images import python_folders
from chartproof.cluster.progress import Progress
from chartproof.cluster.proof import Proof
from chartproof.errors import ChartproofError
from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import render
from chartproof.values import load_values

pytestmark = pytest.mark.needs("broker")
REPOSITORY = Path(__file__).parents[3]
NOBODY = 65534
# Like no other release on this machine: its processes are found by name, and killed.
RELEASE = f"test-{os.getpid()}"
FULL_NAME = f"{RELEASE}-rabbitmq-workers"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessesEngine]:
    """Give an engine of the test's own; whatever it started is gone afterwards."""
    monkeypatch.setenv("CHARTPROOF_CLUSTER", RELEASE)
    engine = ProcessesEngine()
    yield engine
    engine.stop()


def release(case: str, *sets: str) -> Release:
    """Render a case of the chart, audited."""
    values = load_values([REPOSITORY / f"chart/ci/{case}-values.yaml"], ["audit=true", *sets])
    return render(Chart.load(REPOSITORY / "chart"), values, RenderOptions(RELEASE, "market"))


def processes_of(pod: str) -> list[int]:
    """Return the ids of all processes whose environment names the pod."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if f"_NAME={FULL_NAME}-{pod}\0".encode() in environment:
            found.append(int(folder.name))
    return found


def kill(pod: str) -> None:
    """Kill every process of a pod."""
    for process in processes_of(pod):
        with suppress(ProcessLookupError):  # it ended with the first of its container
            os.kill(process, signal.SIGKILL)


def eventually(holds: Callable[[], bool], within_s: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


def restarts(engine: ProcessesEngine) -> dict[str, int]:
    """Return how often each pod was started again, those without restarts left out."""
    return {member.name: member.restarts for member in engine.members() if member.restarts}


def test_messages_flow_and_none_is_lost_when_processes_are_killed(
    engine: ProcessesEngine, progress: Progress
) -> None:
    engine.run(release("default", "producer.rate=200", "consumer.replicas=2"), progress)
    assert {member.component: member.ready for member in engine.members()} == {
        "broker": True,
        "producer": True,
        "consumer": True,
    }
    with Proof.watching_processes(engine) as proof:
        eventually(lambda: proof.confirmed() > 100)
        for pod in ("consumer-0", "broker-0"):
            kill(pod)
            eventually(lambda pod=pod: any(name.endswith(pod) for name in restarts(engine)))
            eventually(lambda: all(member.ready for member in engine.members()))
        before = proof.confirmed()
        eventually(lambda: proof.confirmed() > before + 100)
        result = proof.settle()
    assert result.lost == 0, result.lost_lines()
    assert set(restarts(engine)) == {
        f"{FULL_NAME}-consumer-0",
        f"{FULL_NAME}-broker-0",
    }


def test_three_brokers_are_one_cluster_that_does_without_one(
    engine: ProcessesEngine, progress: Progress
) -> None:
    engine.run(release("ha", "producer.rate=100"), progress)
    first, *others = [log.read_text() for log in engine.logs("broker")]
    assert "successfully joined" not in first
    assert len(others) == 2
    assert all("successfully joined node 'rabbit@" in log for log in others)
    with Proof.watching_processes(engine) as proof:
        eventually(lambda: proof.confirmed() > 100)
        kill("broker-1")
        before = proof.confirmed()
        eventually(lambda: proof.confirmed() > before + 200)
        result = proof.settle()
    assert result.lost == 0, result.lost_lines()


def test_messages_of_a_third_worker_are_in_the_books(
    engine: ProcessesEngine, progress: Progress
) -> None:
    more = "workers.more.role=consumer"
    engine.run(release("default", "producer.rate=100", "consumer.enabled=false", more), progress)
    with Proof.watching_processes(engine) as proof:
        eventually(lambda: proof.confirmed() > 100)
        result = proof.settle()
    assert result.lost == 0, result.lost_lines()
    assert result.handled == result.confirmed


def test_nothing_is_left_after_the_end(engine: ProcessesEngine, progress: Progress) -> None:
    engine.run(release("minimal"), progress)
    assert processes_of("broker-0")
    engine.stop()
    assert not engine.running()
    assert not engine.members()
    assert not processes_of("broker-0")
    assert not engine.logs("broker")


def test_a_container_that_keeps_failing_is_reported_with_its_last_lines(
    engine: ProcessesEngine, progress: Progress
) -> None:
    with pytest.raises(ChartproofError) as caught:
        engine.run(release("default", "consumer.handler=nowhere:handle"), progress)
    said = str(caught.value).splitlines()
    assert said[0].startswith(f"{FULL_NAME}-consumer-0: consumer ")
    assert any("nowhere" in line for line in said)


@pytest.mark.needs("root")  # to become someone without any right
def test_a_user_without_any_right_brings_the_chart_up(home_of_nobody: Path) -> None:
    up = as_nobody(home_of_nobody, "up", "chart", "--engine", "processes", "--release", RELEASE)
    assert up.returncode == 0, up.stdout + up.stderr
    assert "proven: lost 0" in up.stdout
    assert ProcessesEngine.not_proven in up.stdout
    down = as_nobody(home_of_nobody, "down", "--engine", "processes")
    assert down.returncode == 0, down.stdout + down.stderr
    assert not processes_of("broker-0")


@pytest.fixture
def home_of_nobody() -> Iterator[Path]:
    """Give a folder that belongs to nobody, with RabbitMQ in the cache there."""
    home = Path(tempfile.mkdtemp(prefix="nobody-"))
    stored = rabbitmq.root_folder()
    (home / "cache/debian" / stored.name).mkdir(parents=True)
    for folder in (home, *home.rglob("*")):
        os.chown(folder, NOBODY, NOBODY)
    home.chmod(0o755)
    yield home
    shutil.rmtree(home)


def as_nobody(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run chartproof as the user nobody, who sees this Python wherever it is installed."""
    stored = rabbitmq.root_folder()
    shown = {folder: folder for folder in (*python_folders(), REPOSITORY)}
    shown[stored] = home / "cache/debian" / stored.name
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    environment = {
        "HOME": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "CHARTPROOF_CLUSTER": "nobody",
    }
    settings = [f"{name}={value}" for name, value in environment.items()]
    command = [*user, "env", "-i", *settings, f"CHARTPROOF_CACHE={home}/cache"]
    command += [str(Path(sys.executable).with_name("chartproof")), *words]
    script = "\n".join([*opened(shown), f"exec {shlex.join(command)}"])
    return subprocess.run(
        ["unshare", "--mount", "sh", "-euc", script],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def opened(shown: Mapping[Path, Path]) -> list[str]:
    """Return shell commands that show folders elsewhere, and behind doors that are closed."""
    held = [(Path("/mnt", str(number)), *pair) for number, pair in enumerate(shown.items())]
    closed = {door for _, _, target in held if (door := closed_door(target))}
    lines = ["mount -t tmpfs none /mnt"]
    lines += [f"mkdir {hold} && mount --rbind {source} {hold}" for hold, source, _ in held]
    lines += [f"mount -t tmpfs -o mode=755 none {door}" for door in closed]
    lines += [f"mkdir -p {target} && mount --rbind {hold} {target}" for hold, _, target in held]
    return lines


def closed_door(folder: Path) -> Path | None:
    """Return the topmost folder on the way that others may not pass, if there is one."""
    way = reversed([folder, *folder.parents])
    return next((step for step in way if step.exists() and not step.stat().st_mode & 0o001), None)
