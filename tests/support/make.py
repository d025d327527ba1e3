"""The commands of the Makefile, with the programs of this environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def make(
    *words: str, folder: Path = REPOSITORY, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run make in a clone of this repository, and return how it ended.

    The packages are those of the folder, and .venv, which make would set up first, is left alone.
    """
    packages = os.pathsep.join(str(folder / name) for name in ("tools", "apps"))
    return subprocess.run(
        ["make", "--old-file=.venv/ready", f"BIN={Path(sys.executable).parent}", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": packages, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
