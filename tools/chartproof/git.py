"""Git, by its command: what every part of chartproof that asks it has in common."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chartproof.cluster.shell import failure
from chartproof.errors import ChartproofError


@dataclass(frozen=True)
class Git:
    """The git that knows a folder; paths are relative to it."""

    folder: Path

    def tried(
        self, *words: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git, whatever comes of it; `env` is added to this process's environment.

        Raises ChartproofError where there is no git.
        """
        # No question on a terminal: in CI it would wait for ever.
        environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(env or {})}
        try:
            return subprocess.run(
                ["git", *words],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise ChartproofError("git: no such program on PATH") from error

    def read(self, *words: str, env: Mapping[str, str] | None = None) -> bytes:
        """Run git and return what it printed. Raises ChartproofError where it fails."""
        done = self.tried(*words, env=env)
        if done.returncode:
            said = (done.stderr or done.stdout).decode("utf-8", "replace")
            raise ChartproofError(failure(["git", *words], done.returncode, said))
        return done.stdout

    def git(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        """Run git and return the text that it printed. Raises ChartproofError where it fails."""
        return self.read(*words, env=env).decode("utf-8", "replace")

    def said(self, *words: str) -> str | None:
        """Return the text that git printed, or None where it failed."""
        done = self.tried(*words)
        return None if done.returncode else done.stdout.decode("utf-8", "replace").strip()

    def commit_of(self, name: str) -> str | None:
        """Return the commit that a tag, a branch or another reference names, or None."""
        return self.said("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")

    @property
    def top(self) -> Path | None:
        """The topmost folder of the work tree around the folder; None where there is none."""
        told = self.said("rev-parse", "--show-toplevel")
        return Path(told) if told else None
