"""aio-pika, and FastStream on top of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from clients.meter import BODY, METER, PREFETCH, QUEUE, URL


async def _at_once(tasks: int, publish: Callable[[], Awaitable[object]]) -> None:
    async def lane() -> None:
        while True:
            await publish()
            METER.count()

    await asyncio.gather(*(lane() for _ in range(tasks)))


def publish_aio_pika(in_flight: int) -> None:
    """Await each confirm, in so many tasks at once."""
    import aio_pika

    async def main() -> None:
        connection = await aio_pika.connect(URL)
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = channel.default_exchange

        async def publish() -> None:
            message = aio_pika.Message(BODY, delivery_mode=2)
            await exchange.publish(message, QUEUE, mandatory=True)

        await _at_once(in_flight, publish)

    asyncio.run(main())


def consume_aio_pika(ack_every: int) -> None:
    """Acknowledge every `ack_every` messages at once."""
    import aio_pika

    async def main() -> None:
        connection = await aio_pika.connect(URL)
        channel = await connection.channel()
        await channel.set_qos(PREFETCH)
        queue = await channel.get_queue(QUEUE, ensure=False)
        left = ack_every

        async def delivered(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            nonlocal left
            left -= 1
            if not left:
                left = ack_every
                await message.ack(multiple=ack_every > 1)
            METER.count()

        await queue.consume(delivered)
        await asyncio.Future()

    asyncio.run(main())


def publish_faststream(in_flight: int) -> None:
    """Await each confirm, in so many tasks at once."""
    from faststream.rabbit import RabbitBroker

    async def main() -> None:
        broker = RabbitBroker(URL, logger=None)
        await broker.connect()

        async def publish() -> None:
            await broker.publish(BODY, queue=QUEUE, persist=True, mandatory=True)

        await _at_once(in_flight, publish)

    asyncio.run(main())


def consume_faststream() -> None:
    """Take bytes, log nothing, reject what fails."""
    from faststream import AckPolicy
    from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue

    broker = RabbitBroker(URL, default_channel=Channel(prefetch_count=PREFETCH), logger=None)
    queue = RabbitQueue(QUEUE, queue_type=QueueType.QUORUM, durable=True)

    async def delivered(body: bytes) -> None:  # noqa: ARG001 - FastStream calls by the signature
        METER.count()

    broker.subscriber(queue, ack_policy=AckPolicy.REJECT_ON_ERROR)(delivered)

    async def main() -> None:
        await broker.start()
        await asyncio.Future()

    asyncio.run(main())
