"""The commands of the Makefile, with the programs of this environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
# What a make tells those below it. These tests are run by `make test`, and by hand: either way the
# make of a test is a first one, which names no folders and takes no flags over.
INHERITED = ("MAKELEVEL", "MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKE_TERMOUT", "MAKE_TERMERR")


def make(
    *words: str, folder: Path = REPOSITORY, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run make in a clone of this repository, and return how it ended.

    The packages are those of the folder, and .venv, which make would set up first, is left alone.
    """
    packages = os.pathsep.join(str(folder / name) for name in ("tools", "apps"))
    own = {name: value for name, value in os.environ.items() if name not in INHERITED}
    return subprocess.run(
        ["make", "--old-file=.venv/ready", f"BIN={Path(sys.executable).parent}", *words],
        cwd=folder,
        env={**own, "PYTHONPATH": packages, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
