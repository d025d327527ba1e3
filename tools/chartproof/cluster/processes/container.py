"""One container without a container engine: a process with a root, users and processes of its own.

`start` runs this module as a process that stands for the container and ends as it ends. SIGTERM
is passed on, SIGUSR1 kills all that runs inside. The container never outlives who started it: it
is killed when the pipe closes that brought its description.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from chartproof.cluster.processes import linux
from chartproof.cluster.processes.linux import Namespace
from chartproof.errors import ChartproofError

PASSED_ON = {signal.SIGTERM: signal.SIGTERM, signal.SIGUSR1: signal.SIGKILL}
KILL = signal.SIGUSR1
# As a shell has it: the command could not be run; its signal's number is added to 128.
NOT_RUN, SIGNALLED = 126, 128
# Where a new root is built: a folder that every machine has and no container's files come from.
ROOT = Path("/sys")
DEVICES = ("null", "zero", "full", "random", "urandom")


@dataclass(frozen=True)
class Mount:
    """A file or folder of this machine, and where the container finds it."""

    source: str
    target: str
    read_only: bool = True


@dataclass(frozen=True)
class Container:
    """What runs, and all that it sees: the `mounts`, /dev and /proc; the rest is read-only."""

    command: Sequence[str]
    mounts: Sequence[Mount]
    env: Mapping[str, str] = field(default_factory=dict)
    user: int = 0
    group: int = 0
    hostname: str = "localhost"
    workdir: str = "/"
    network: str | None = None
    """A network namespace to join, by its file under /proc."""

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Container:
        """Read what `asdict` made of one."""
        return cls(**{**body, "mounts": [Mount(**mount) for mount in body["mounts"]]})

    def enter(self) -> None:
        """Become the container's process. Raises OSError or ChartproofError, else never returns."""
        socket.sethostname(self.hostname)
        linux.keep_mounts_private()
        linux.mount("tmpfs", ROOT, "mode=755")
        for mount in sorted(self.mounts, key=lambda mount: mount.target):
            try:
                _place(Path(mount.source), ROOT / mount.target.lstrip("/"), mount.read_only)
            except OSError as error:
                raise ChartproofError(f"no mount at {mount.target}: {error.strerror}") from error
        _make_devices(ROOT / "dev")
        (ROOT / "proc").mkdir(exist_ok=True)
        linux.mount("proc", ROOT / "proc")
        linux.make_read_only(ROOT)
        os.chroot(ROOT)
        os.chdir(self.workdir)
        os.dup2(os.open("/dev/null", os.O_RDONLY), sys.stdin.fileno())
        words = list(self.command)
        try:
            os.execvpe(words[0], words, self.env)  # noqa: S606 - no shell on purpose
        except OSError as error:
            raise ChartproofError(f"{words[0]}: {error.strerror}") from error


def start(container: Container, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start a container; both of its outputs go to `output`."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdin  # noqa: S101 - what PIPE means
    process.stdin.write(json.dumps(asdict(container)).encode() + b"\n")
    process.stdin.flush()
    return process


def isolated(
    namespaces: Namespace,
    user: tuple[int, int],
    inside: Callable[[], None],
    lifeline: IO[str] | None = None,
) -> int:
    """Run `inside` as `user` (uid, gid) in new namespaces, and return its exit code.

    SIGTERM and SIGUSR1 are handled as the module says. It is killed when `lifeline` closes.
    Raises OSError.
    """
    outside = os.geteuid(), os.getegid()
    linux.unshare(namespaces)
    linux.map_user(*user, outside)
    child = os.fork()
    if child == 0:
        linux.die_with_parent()
        try:
            inside()
        except (OSError, ChartproofError) as error:
            _complain(error)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(NOT_RUN)
    for received, sent in PASSED_ON.items():
        signal.signal(received, lambda *_, sent=sent: os.kill(child, sent))
    # A thread cannot wait for either: whose children have a new process namespace gets no thread.
    ended = os.pidfd_open(child)
    watched = [ended, *([lifeline.fileno()] if lifeline else [])]
    if ended not in select.select(watched, [], [])[0]:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else SIGNALLED - code


def main() -> None:
    """Run the container that standard input describes."""
    container = Container.from_json(json.loads(sys.stdin.buffer.readline()))
    if container.network:
        linux.join(Path(container.network))
    namespaces = Namespace.USER | Namespace.MOUNT | Namespace.PROCESS | Namespace.HOSTNAME
    user = (container.user, container.group)
    try:
        code = isolated(namespaces, user, container.enter, lifeline=sys.stdin)
    except OSError as error:
        _complain(error)
        code = NOT_RUN
    sys.exit(code)


def _complain(error: Exception) -> None:
    print(f"chartproof: {error}", file=sys.stderr, flush=True)  # noqa: T201 - the container's log


def _place(source: Path, target: Path, read_only: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    if source.is_dir():
        target.mkdir(exist_ok=True)
    elif not target.exists():
        target.touch()
    linux.bind(source, target, read_only=read_only)


def _make_devices(folder: Path) -> None:
    (folder / "shm").mkdir(parents=True)
    linux.mount("tmpfs", folder / "shm", "mode=1777")
    for name in DEVICES:
        _place(Path("/dev", name), folder / name, read_only=False)
    (folder / "fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (folder / name).symlink_to(f"/proc/self/fd/{number}")


if __name__ == "__main__":
    main()
