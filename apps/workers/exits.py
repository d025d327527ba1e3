"""How a worker ends."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command, each with its `meaning` in words."""

    meaning: str

    DRAINED = 0, "nothing was left in flight; or the wait was over in time"
    FAILED = 1, "a bug in the worker or its source; or the wait was in vain"
    MISCONFIGURED = 2, "the command line, a variable or the handler cannot be used as given"
    REFUSED = 3, "the broker refused the login or the work, and a retry cannot help"
    UNDRAINED = 4, "the grace period or a second signal ended the worker with work in flight"

    def __new__(cls, code: int, meaning: str) -> Exit:
        """Make a code that knows its meaning."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member
