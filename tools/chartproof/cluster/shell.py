"""Runs other programs; a failure becomes one error that says what ran and what it said."""

import os
import shlex
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
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
    words = _words(command)
    try:
        done = subprocess.run(
            words,
            input=input,
            stdin=stdin if stdin is not None or input is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=_environment(env),
            cwd=cwd,
            check=False,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        raise ChartproofError(f"{shlex.join(words)}: no end after {timeout:g} s") from error
    if check and done.returncode != 0:
        raise ChartproofError(failure(words, done.returncode, done.stderr or done.stdout))
    return done


def follow(
    command: Sequence[str | Path],
    said: Callable[[str], None],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run a command to its end and pass on every line it prints, errors included, as it comes.

    Raises ChartproofError as `run` does.
    """
    words = _words(command)
    last: deque[str] = deque(maxlen=LAST_LINES)
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=_environment(env),
        cwd=cwd,
    ) as process:
        for line in process.stdout or ():
            last.append(line)
            said(line.rstrip("\n"))
    if process.returncode != 0:
        raise ChartproofError(failure(words, process.returncode, "".join(last)))


def failure(command: Sequence[str], code: int, output: str) -> str:
    """Describe a failed command by its words, its exit code and its last lines of output."""
    lines = [line for line in output.splitlines() if line.strip()][-LAST_LINES:]
    return "\n".join([f"{shlex.join(command)}: exit code {code}", *(f"  {line}" for line in lines)])


def _words(command: Sequence[str | Path]) -> list[str]:
    words = [str(word) for word in command]
    if shutil.which(words[0]) is None:
        raise ChartproofError(f"{words[0]}: no such program on PATH")
    return words


def _environment(added: Mapping[str, str] | None) -> dict[str, str] | None:
    return {**os.environ, **added} if added else None
