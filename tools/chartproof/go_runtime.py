"""How seldom the Go runtime inside a process collects garbage, which is a third of Helm's work.

Go reads these settings off the environment that a process was started with; what the process
itself puts into its environment comes too late.
"""

from __future__ import annotations

import os
import sys

SELDOM = {"GOGC": "off", "GOMEMLIMIT": "120MiB"}
"""No garbage is collected before so much memory is in use; more of it gains nothing."""


def restart(*commands: str) -> None:
    """Start the command line anew with `SELDOM` if it is one of `commands`, and was not so started.

    It costs a tenth of a second: worth it where Helm renders for longer. Nothing happens where
    the process was started as anything else, or where its user has settings for Go.
    """
    was_started_so = sys.orig_argv[1:] == sys.argv and {*sys.argv[1:2]} & {*commands}
    if was_started_so and os.name == "posix" and SELDOM.keys().isdisjoint(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **SELDOM})  # noqa: S606
