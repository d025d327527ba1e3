"""The functions that messages are given to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from workers import loader, logs
from workers.message import Message

Handler: TypeAlias = Callable[[Message], object]
"""Takes one message. A return acknowledges it; Reject dead-letters it; any other exception
gives it back to the queue, which counts towards the queue's delivery limit."""


def log_message(message: Message) -> None:
    """Log the body: the default handler."""
    logs.event("message", body=message.body.decode(errors="replace"), id=message.id)


def load(spec: str) -> Handler:
    """Import a handler given as `module:function`.

    Raises ConfigError that says which part of it is wrong.
    """
    return loader.load("MQ_HANDLER", spec)
