"""The broker that all contestants share, and its queue."""

from __future__ import annotations

from contextlib import suppress

import pika

from tests.support.broker import LOGIN, Broker

VHOST = "bench"
QUEUE = "bench"
QUORUM = {"x-queue-type": "quorum"}
LEFT_BY_DRAMATIQ = (f"{QUEUE}.DQ", f"{QUEUE}.XQ")


def prepare(broker: Broker) -> str:
    """Make a virtual host whose queues are quorum queues, and return its address.

    Dramatiq declares its queue without a type, and gets one of this type too.
    """
    broker.ctl("add_vhost", VHOST, "--default-queue-type", "quorum")
    broker.ctl("set_permissions", "-p", VHOST, LOGIN, ".*", ".*", ".*")
    return broker.url(vhost=VHOST)


def fresh_queue(url: str, declared: bool = True) -> None:
    """Take the queue away with all its messages, and declare it anew unless the contestant does."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    for queue in (QUEUE, *LEFT_BY_DRAMATIQ):
        channel.queue_delete(queue)
    if declared:
        channel.queue_declare(QUEUE, durable=True, arguments=QUORUM)
    connection.close()


def waiting(url: str) -> int:
    """Return how many messages wait in the queue."""
    with suppress(pika.exceptions.AMQPError):
        connection = pika.BlockingConnection(pika.URLParameters(url))
        count = connection.channel().queue_declare(QUEUE, passive=True).method.message_count
        connection.close()
        return int(count)
    return 0
