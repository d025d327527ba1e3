"""kombu, on py-amqp: the library below Celery."""

from __future__ import annotations

from typing import Any

import kombu
from clients.meter import BODY, METER, PREFETCH, QUEUE, URL, fail


def publish() -> None:
    """Wait for the confirm of each message; kombu has no other way."""
    connection = kombu.Connection(URL, transport_options={"confirm_publish": True})
    producer = kombu.Producer(connection.channel(), on_return=fail)
    while True:
        producer.publish(
            BODY,
            routing_key=QUEUE,
            mandatory=True,
            delivery_mode=2,
            content_type="application/octet-stream",
            content_encoding="binary",
        )
        METER.count()


def consume(ack_every: int) -> None:
    """Acknowledge every `ack_every` messages at once."""
    connection = kombu.Connection(URL)
    left = ack_every

    def delivered(message: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            message.ack(multiple=ack_every > 1)
            left = ack_every
        METER.count()

    consumer = kombu.Consumer(
        connection.channel(),
        [kombu.Queue(QUEUE, no_declare=True)],
        on_message=delivered,
        prefetch_count=PREFETCH,
    )
    consumer.consume()
    while True:
        connection.drain_events()
