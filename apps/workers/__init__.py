"""A RabbitMQ producer and consumer that lose no message."""

from workers.message import Message, Reject, SomeFailed

__all__ = ["Message", "Reject", "SomeFailed"]
