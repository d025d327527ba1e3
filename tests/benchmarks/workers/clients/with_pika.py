"""pika: the blocking connection, and the one with callbacks as bare as it can be."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import pika
from clients.meter import BODY, METER, PREFETCH, QUEUE, URL, fail

PERSISTENT = pika.BasicProperties(delivery_mode=2)


def publish_blocking() -> None:
    """Wait for the confirm of each message, as pika's own documentation has it."""
    channel = pika.BlockingConnection(pika.URLParameters(URL)).channel()
    channel.confirm_delivery()
    while True:
        channel.basic_publish("", QUEUE, BODY, PERSISTENT, mandatory=True)
        METER.count()


def publish(window: int) -> None:
    """Keep `window` messages unconfirmed."""

    def begin(channel: Any) -> None:
        unconfirmed: deque[int] = deque()
        tag = 0

        def fill(_frame: object = None) -> None:
            nonlocal tag
            while len(unconfirmed) < window:
                channel.basic_publish("", QUEUE, BODY, PERSISTENT, mandatory=True)
                tag += 1
                unconfirmed.append(tag)

        def confirmed(frame: Any) -> None:
            method = frame.method
            if method.NAME != "Basic.Ack":
                fail()
            before = len(unconfirmed)
            if method.multiple:
                while unconfirmed and unconfirmed[0] <= method.delivery_tag:
                    unconfirmed.popleft()
            else:
                unconfirmed.remove(method.delivery_tag)
            METER.count(before - len(unconfirmed))
            fill()

        channel.add_on_return_callback(fail)
        channel.confirm_delivery(confirmed, callback=fill)

    _run(begin)


def consume(ack_every: int) -> None:
    """Acknowledge every `ack_every` messages at once."""

    def begin(channel: Any) -> None:
        left = ack_every

        def delivered(_channel: object, method: Any, _properties: object, _body: bytes) -> None:
            nonlocal left
            left -= 1
            if not left:
                channel.basic_ack(method.delivery_tag, multiple=ack_every > 1)
                left = ack_every
            METER.count()

        def ready(_frame: object) -> None:
            channel.basic_consume(QUEUE, delivered)

        channel.basic_qos(prefetch_count=PREFETCH, callback=ready)

    _run(begin)


def fill(count: int) -> None:
    """Publish `count` copies of the message that waits in the queue, or of the plain one."""
    channel = pika.BlockingConnection(pika.URLParameters(URL)).channel()
    _, properties, body = channel.basic_get(QUEUE, auto_ack=True)
    channel.connection.close()
    if body is None:
        properties, body = PERSISTENT, BODY

    def begin(channel: Any) -> None:
        sent = 0
        unconfirmed: set[int] = set()

        def more(_frame: object = None) -> None:
            nonlocal sent
            while sent < count and len(unconfirmed) < 500:
                channel.basic_publish("", QUEUE, body, properties, mandatory=True)
                sent += 1
                unconfirmed.add(sent)

        def confirmed(frame: Any) -> None:
            nonlocal unconfirmed
            # A single confirm may come before one of many that is about earlier messages.
            tag = frame.method.delivery_tag
            if frame.method.multiple:
                unconfirmed = {each for each in unconfirmed if each > tag}
            else:
                unconfirmed.discard(tag)
            if sent == count and not unconfirmed:
                channel.connection.ioloop.stop()
            more()

        channel.confirm_delivery(confirmed, callback=more)

    _run(begin)


def _run(begin: Callable[[Any], None]) -> None:
    connection = pika.SelectConnection(
        pika.URLParameters(URL),
        on_open_callback=lambda opened: opened.channel(on_open_callback=begin),
        on_open_error_callback=fail,
        on_close_callback=fail,
    )
    connection.ioloop.start()
