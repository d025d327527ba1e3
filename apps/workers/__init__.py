"""A RabbitMQ producer and consumer that lose no message."""

from workers.message import Message, Reject

__all__ = ["Message", "Reject"]
