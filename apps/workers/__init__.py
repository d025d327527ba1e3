"""A RabbitMQ producer and consumer that lose no message."""

from workers.message import Message, Reject, SomeFailed
from workers.publishing import Publishing

__all__ = ["Message", "Publishing", "Reject", "SomeFailed"]
