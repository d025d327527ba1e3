"""Having each message carry a trace context, and its handler run in it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Protocol

from workers import trace
from workers.message import Message
from workers.publishing import Outgoing
from workers.trace import TraceContext


class Tracing(Protocol):
    """What MQ_TRACE turns on."""

    def outgoing(self, message: Outgoing) -> Outgoing:
        """Return a message with a trace context in its headers; a source's own is gone on with."""

    def over(self, handler: Callable[[Any], object]) -> Callable[[Any], object]:
        """Return a handler that runs in the trace context of its message, or messages."""


def load(queue: str) -> Tracing:
    """Return what makes spans where opentelemetry is installed, or what only hands contexts on."""
    if find_spec("opentelemetry") and find_spec("opentelemetry.trace"):
        from workers.spans import Spans

        return Spans(queue)
    return Contexts()


class Contexts:
    """Hands trace contexts on. Nobody records anything."""

    def outgoing(self, message: Outgoing) -> Outgoing:
        """Begin a trace with a message that is in none."""
        headers = message.headers
        if TraceContext.of(headers):
            return message
        return message._replace(headers={**(headers or {}), **TraceContext.new().headers})

    def over(self, handler: Callable[[Any], object]) -> Callable[[Any], object]:
        """Return a handler whose log lines name the trace of its message; a batch has many."""

        def traced(given: Message | list[Message]) -> None:
            with trace.entered(None if isinstance(given, list) else given.trace):
                handler(given)

        return traced
