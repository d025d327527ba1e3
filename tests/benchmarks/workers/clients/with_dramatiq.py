"""Dramatiq on pika's blocking connection, with confirms, which it leaves off unless asked."""

from __future__ import annotations

import os
from time import sleep
from typing import Any

from clients.meter import METER, PREFETCH, QUEUE, URL

PADDING = "x" * 70
"""With what Dramatiq puts around it, the body comes to about 240 bytes."""


def _actor() -> tuple[Any, Any]:
    os.environ["dramatiq_queue_prefetch"] = str(PREFETCH)  # noqa: SIM112 - its own spelling
    import dramatiq
    from dramatiq.brokers.rabbitmq import RabbitmqBroker

    broker = RabbitmqBroker(url=URL, confirm_delivery=True)
    dramatiq.set_broker(broker)

    def nothing(_padding: str) -> None:
        METER.count()

    return broker, dramatiq.actor(nothing, queue_name=QUEUE, actor_name="nothing")


def publish() -> None:
    """Wait for the confirm of each message; Dramatiq has no other way."""
    _, actor = _actor()
    while True:
        actor.send(PADDING)
        METER.count()


def consume(threads: int) -> None:
    """Run what a child of its command line runs."""
    import dramatiq

    broker, _ = _actor()
    dramatiq.Worker(broker, worker_threads=threads).start()
    while True:
        sleep(60)
