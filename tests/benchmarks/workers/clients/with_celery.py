"""Celery: a task that does nothing, acknowledged after it, on a quorum queue."""

from __future__ import annotations

from typing import Any

import celery
from clients.meter import METER, PREFETCH, QUEUE, URL
from kombu import Queue

TASK = "bench.nothing"
PADDING = "x" * 120
"""With what Celery puts around it, the body comes to about 256 bytes."""


def _app() -> Any:
    app = celery.Celery("bench", broker=URL.replace("amqp:", "pyamqp:", 1))
    arguments = {"x-queue-type": "quorum"}
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_transport_options={"confirm_publish": True},
        task_acks_late=True,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_queues=[Queue(QUEUE, routing_key=QUEUE, exchange="", queue_arguments=arguments)],
        worker_enable_remote_control=False,
        worker_prefetch_multiplier=PREFETCH,
        worker_redirect_stdouts=False,
    )
    return app


def publish() -> None:
    """Wait for the confirm of each task; Celery has no other way."""
    app = _app()
    while True:
        app.send_task(TASK, args=(PADDING,), queue=QUEUE, mandatory=True)
        METER.count()


def consume() -> None:
    """Run the worker without processes below it, and without what it can do besides."""
    app = _app()

    def nothing(_padding: str) -> None:
        METER.count()

    app.task(nothing, name=TASK, acks_late=True)
    without = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.worker_main(["worker", "-P", "solo", "-c", "1", "-l", "ERROR", *without])
