"""A RabbitMQ producer and consumer that lose no message.

What users write is a Handler, a BatchHandler, a Source or a Dedup; `workers.testing` tries them in
unit tests, and `workers check` at the command line.
"""

from workers.deadline import HandlerTimeout
from workers.message import Message, Reject, SomeFailed
from workers.protocols import BatchHandler, Body, Dedup, Handler, PositionedSource, Source
from workers.publishing import Publishing
from workers.trace import TraceContext

__all__ = [
    "BatchHandler",
    "Body",
    "Dedup",
    "Handler",
    "HandlerTimeout",
    "Message",
    "PositionedSource",
    "Publishing",
    "Reject",
    "SomeFailed",
    "Source",
    "TraceContext",
]
