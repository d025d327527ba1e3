"""What a handler gets, and what it may raise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pika import BasicProperties


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

    @classmethod
    def delivered(cls, method: Any, properties: BasicProperties, body: bytes) -> Message:
        """Make it from what pika hands over with a delivery."""
        return cls(
            body=body,
            id=properties.message_id,
            redelivered=method.redelivered,
            content_type=properties.content_type,
            headers=properties.headers or {},
        )


class Reject(Exception):  # noqa: N818 (an instruction, not an error)
    """Raised by a handler for a message that no retry can help: it is dead-lettered at once."""
