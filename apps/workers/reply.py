"""What a handler's process answers.

Apart from workers.child: what is defined in the module that a process runs cannot be sent.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Handled(NamedTuple):
    """The handler returned; or, as the first reply, it is loaded."""


class Rejected(NamedTuple):
    """The handler raised Reject."""

    reason: str


class Failed(NamedTuple):
    """The handler raised anything else."""

    detail: str
    traceback: str


class PartlyFailed(NamedTuple):
    """The handler raised SomeFailed; the errors go by the index in the batch."""

    errors: dict[int, Rejected | Failed]


class Unloadable(NamedTuple):
    """There is no handler to run."""

    fault: str


Reply: TypeAlias = Handled | Rejected | Failed | PartlyFailed | Unloadable
