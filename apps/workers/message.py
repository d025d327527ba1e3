"""What a handler gets, and what it may raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Message:
    """A delivered message."""

    body: bytes
    id: str | None
    """The publisher's message_id; the same for each delivery and each republish."""
    redelivered: bool
    """True when it may have been handled before; False promises a first sight."""
    content_type: str | None
    headers: Mapping[str, Any]


class Reject(Exception):  # noqa: N818 (an instruction, not an error)
    """Raised by a handler for a message that no retry can help: it is dead-lettered at once."""
