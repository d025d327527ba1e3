"""Containers that are plain processes: what they see, and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from chartproof.cluster.processes import container
from chartproof.cluster.processes.check import remedy
from chartproof.cluster.processes.container import NOT_RUN, Container, Mount
from chartproof.cluster.processes.images import worker_image

pytestmark = pytest.mark.needs("broker")


def shell(script: str, mounts: Sequence[Mount] = (), user: int = 999) -> Container:
    """Return a container on this machine's own programs that runs a script."""
    image = worker_image()
    command = ["sh", "-c", script]
    return Container(command, [*image.mounts, *mounts], image.env, user, user, "inside")


def outcome(wanted: Container) -> tuple[int, str]:
    """Run a container to its end; return its exit code and what it said."""
    with container.start(wanted, subprocess.PIPE) as process:
        assert process.stdout
        said = process.stdout.read().decode()
    return process.returncode, said


def running_with(mark: str) -> bool:
    """Tell whether a process has the mark on its command line."""
    found = False
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found |= mark.encode() in file.read_bytes()
    return found


def wait_for(state: bool, mark: str) -> None:
    """Wait until a process with the mark runs, or none does."""
    end = time.monotonic() + 10
    while running_with(mark) is not state:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_container_is_its_user_on_its_host_with_its_own_processes() -> None:
    code, said = outcome(shell("id -u; id -g; hostname; echo $$; exit 3", user=10001))
    assert (code, said.split()) == (3, ["10001", "10001", "inside", "1"])


def test_a_container_sees_its_mounts_and_writes_only_where_it_may(tmp_path: Path) -> None:
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen/file").write_text("text")
    (tmp_path / "kept").mkdir()
    mounts = [
        Mount(str(tmp_path / "seen"), "/deep/seen"),
        Mount(str(tmp_path / "kept"), "/deep/kept", read_only=False),
    ]
    script = "cat /deep/seen/file; echo new >/deep/kept/file; for d in / /usr /deep/seen; do"
    code, said = outcome(shell(f"{script} touch $d/x 2>/dev/null || echo :no; done", mounts))
    assert (code, said) == (0, "text:no\n:no\n:no\n")
    assert (tmp_path / "kept/file").read_text() == "new\n"
    assert "home" not in outcome(shell("ls /"))[1].split()


def test_a_place_that_cannot_be_mounted_is_named(tmp_path: Path) -> None:
    code, said = outcome(shell("true", [Mount(str(tmp_path), "/usr/no/such/place")]))
    assert code == NOT_RUN
    assert said == "chartproof: no mount at /usr/no/such/place: Read-only file system\n"


def test_a_command_that_is_not_there_is_named() -> None:
    wanted = Container(["no-such-command"], worker_image().mounts, worker_image().env)
    assert outcome(wanted) == (NOT_RUN, "chartproof: no-such-command: No such file or directory\n")


def test_the_request_to_end_reaches_the_command() -> None:
    script = "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done"
    with container.start(shell(script), subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        process.terminate()
        assert process.stdout.read() == b"bye\n"
    assert process.returncode == 7


def test_a_kill_takes_all_that_runs_inside() -> None:
    mark = str(uuid4())
    script = f"(exec -a {mark} sleep 600) & setsid sh -c 'sleep 600; : {mark}' & wait"
    image = worker_image()
    wanted = Container(["bash", "-c", script], image.mounts, image.env)
    with container.start(wanted, subprocess.DEVNULL) as process:
        wait_for(True, mark)
        process.send_signal(container.KILL)
    assert process.returncode == container.SIGNALLED + signal.SIGKILL
    assert not running_with(mark)


def test_a_container_ends_with_the_process_that_started_it() -> None:
    mark = str(uuid4())
    starter = (
        "import subprocess, sys, time\n"
        "from chartproof.cluster.processes import container\n"
        "from chartproof.cluster.processes.images import worker_image\n"
        "image = worker_image()\n"
        "command = ['sh', '-c', 'sleep 600; : ' + sys.argv[1]]\n"
        "kept = container.start(container.Container(command, image.mounts, image.env), 2)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", starter, mark]) as process:
        wait_for(True, f"sleep 600; : {mark}")
        os.kill(process.pid, signal.SIGKILL)
    wait_for(False, mark)


def test_what_forbids_containers_is_named_with_its_remedy(tmp_path: Path) -> None:
    assert remedy(tmp_path) == "run it outside of a container"
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel/unprivileged_userns_clone").write_text("1\n")
    (tmp_path / "kernel/apparmor_restrict_unprivileged_userns").write_text("1\n")
    assert remedy(tmp_path) == "sysctl kernel.apparmor_restrict_unprivileged_userns=0 (as root)"


def test_a_machine_that_forbids_containers_says_how_to_change_that() -> None:
    ask = "from chartproof.cluster.processes.check import check; print(check())"
    script = 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$0" -c "$1"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", script, sys.executable, ask]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("Check(usable=False, reason='no containers without root: ")
    assert "remedy='sysctl user.max_user_namespaces=10000 (as root)'" in said
