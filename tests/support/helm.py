"""The real Helm CLIs, each with a home of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.tools import HELM3, HELM4, GoTool

HELMS = {"helm 3": HELM3, "helm 4": HELM4}


def homes(folder: Path) -> Mapping[str, str]:
    """Return the variables that have Helm keep settings, caches and logins in a folder."""
    return {f"HELM_{kind}_HOME": str(folder / kind.lower()) for kind in ("CONFIG", "CACHE", "DATA")}


@dataclass(frozen=True)
class Helm:
    """A Helm CLI whose settings, caches and logins are under `home`."""

    tool: GoTool
    home: Path

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run it, and return how it ended."""
        return subprocess.run(
            [self.tool.path(), *words],
            env={**os.environ, **homes(self.home), "HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )

    def __call__(self, *words: str | Path) -> str:
        """Run it, expect that it succeeds, and return what it printed."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
