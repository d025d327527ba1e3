"""Runs chartproof and kills it right before its n-th step, for n = 1, 2, 3 ... to the last one.

A step is what changes something for others: a file that is opened for writing, renamed or removed,
a folder that is made, a program that is started. Python itself tells of them, by its audit hooks,
so that no step can be forgotten.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_PROGRAM = """
import os, signal, sys

left, folder = int(sys.argv[1]), sys.argv[2]


def is_step(event, args):
    if event == "subprocess.Popen":
        return True
    if event not in {"open", "os.mkdir", "os.rename", "os.remove"}:
        return False
    path, flags = args[0], args[2] if event == "open" else os.O_WRONLY
    writes = flags & (os.O_WRONLY | os.O_RDWR)
    return writes and not isinstance(path, int) and os.fspath(path).startswith(folder)


def watch(event, args):
    global left
    if is_step(event, args):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


from chartproof.cli import main

sys.argv = ["chartproof", *sys.argv[3:]]
sys.addaudithook(watch)
main()
"""


def killed_before_every_step(
    folder: Path, *words: str | Path, cwd: Path, env: Mapping[str, str]
) -> Iterator[int]:
    """Run a command until it is killed before step 0, 1, 2 ...; give the step after each kill.

    Steps count below `folder`, programs everywhere. It ends with the first run that is not killed,
    which has to succeed. The caller puts back what was there before, between two runs.
    """
    step = 0
    while True:
        done = run(step, folder, *words, cwd=cwd, env=env)
        if done.returncode != -signal.SIGKILL:
            assert done.returncode == 0, done.stdout + done.stderr
            return
        yield step
        step += 1


def run(
    step: int, folder: Path, *words: str | Path, cwd: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command that is killed before one step."""
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(step), folder, *words],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
