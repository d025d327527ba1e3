"""Runs other programs; a failure becomes one error that says what ran and what it said."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from chartproof.errors import ChartproofError

LAST_LINES = 8


def run(
    command: Sequence[str | Path],
    *,
    input: str | None = None,  # noqa: A002 - the name subprocess.run gives it
    stdin: IO[bytes] | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    check: bool = True,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, its output captured as text.

    `env` is added to this process's environment; `timeout` is in seconds. Raises ChartproofError
    when the program is missing, runs out of time, or (with `check`) exits with another code than 0.
    """
    words = [str(word) for word in command]
    if shutil.which(words[0]) is None:
        raise ChartproofError(f"{words[0]}: no such program on PATH")
    try:
        done = subprocess.run(
            words,
            input=input,
            stdin=stdin if stdin is not None or input is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, **env} if env else None,
            cwd=cwd,
            check=False,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        raise ChartproofError(f"{shlex.join(words)}: no end after {timeout:g} s") from error
    if check and done.returncode != 0:
        raise ChartproofError(failure(words, done.returncode, done.stderr or done.stdout))
    return done


def failure(command: Sequence[str], code: int, output: str) -> str:
    """Describe a failed command by its words, its exit code and its last lines of output."""
    lines = [line for line in output.splitlines() if line.strip()][-LAST_LINES:]
    return "\n".join([f"{shlex.join(command)}: exit code {code}", *(f"  {line}" for line in lines)])
