"""A source and handlers in a program that records spans, as a user's would: on standard output."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

from workers import Message, Publishing, Reject

TRACE = "0af7651916cd43dd8448eb211c80319c"

provider = TracerProvider()
provider.add_span_processor(
    SimpleSpanProcessor(
        ConsoleSpanExporter(sys.stdout, formatter=lambda span: span.to_json(None) + "\n")
    )
)
trace.set_tracer_provider(provider)


def orders() -> Iterator[str | Publishing]:
    """Give one message of no trace and one that goes on with one."""
    yield "new"
    yield Publishing("old", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})


def handle(message: Message) -> None:
    """Log a line, in a span of its own."""
    with trace.get_tracer("user").start_as_current_span("own work"):
        logging.getLogger("user").warning("handling", extra={"fields": {"body": str(message.body)}})


def handle_many(messages: list[Message]) -> None:
    """Take a batch."""
    if len(messages) != 2:
        raise Reject("expected both")
