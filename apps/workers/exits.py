"""How a worker ends."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command."""

    DRAINED = 0
    """Nothing was left in flight."""
    FAILED = 1
    """A bug in the worker or in its source, or `workers wait` waited in vain."""
    MISCONFIGURED = 2
    """The command line, a variable or the handler cannot be used as given."""
    REFUSED = 3
    """The broker refused the login, the permission or the request, and a retry cannot help."""
    UNDRAINED = 4
    """The grace period, or a second signal, ended the worker with work in flight."""
