"""What becomes of a message."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from workers.message import Message
from workers.session import Session


class Result(Enum):
    """How a handler ended; the value is the metric's label."""

    HANDLED = "handled"
    FAILED = "failed"
    REJECTED = "rejected"
    TIMEOUT = "timeout"
    """It ran longer than its deadline, which counts as failed."""
    DUPLICATE = "duplicate"
    """It was handled before, says the de-duplication, and needs no handler."""

    @property
    def failed(self) -> bool:
        """True when the message is to be tried again."""
        return self in (Result.FAILED, Result.TIMEOUT)


Delivery: TypeAlias = tuple[Session, int, Message]
"""A message and where it came from: its tag means something on that session only.

A plain tuple, as the next one: a class of its own would cost more than all else done with it."""
Outcome: TypeAlias = tuple[Delivery, Result, float]
"""How it went with a delivery, and its share of the seconds that the handler took."""
