"""Messages that may have killed a worker, one by one, before many are taken at once.

When a worker dies, RabbitMQ counts a failed delivery of every message that it held, not only of the
one that killed it: with a prefetch of many, a few deaths make dead letters of all that waited
beside it. What was counted so comes back first, to a process that knows of nothing. So a new
process asks for its first messages singly, and subscribes when one comes that was not counted, or
none.

Workers that run already get what another one's death gave back, beside all else. Where handlers may
kill their process, MQ_POOL=processes keeps each such death to its own message.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pika import spec
from pika.channel import Channel

from workers.message import Message, UnreadableError

COUNT = "x-delivery-count"
"""The header in which a quorum queue says how many deliveries failed."""

OnMessage = Callable[[int, Message], None]


class Suspects:
    """Asks for single messages as long as `due`. All runs on the I/O thread.

    No more than `most` are taken so, as many as one worker can have held: where a handler fails for
    other reasons, the whole queue may be counted.
    """

    def __init__(self, queue: str, most: int) -> None:
        self.asking = False
        """An answer of the broker is on its way."""
        self._queue = queue
        self._left = most
        self._channel: Channel | None = None
        self._on_message: OnMessage
        self._on_empty: Callable[[], None]

    @property
    def due(self) -> bool:
        """The next message should be taken alone."""
        return self._left > 0

    @property
    def waits(self) -> bool:
        """The next one may be asked for."""
        return self._left > 0 and self._channel is not None and not self.asking

    def begin(self, channel: Channel, on_message: OnMessage, on_empty: Callable[[], None]) -> None:
        """Ask for the first message on a new session's channel."""
        self._channel = channel
        self._on_message = on_message
        self._on_empty = on_empty
        channel.add_callback(self._on_none, [spec.Basic.GetEmpty], one_shot=False)
        self.ask()

    def ask(self) -> None:
        """Ask for one message; the one before has been answered for."""
        if self._channel is not None:
            self.asking = True
            self._channel.basic_get(self._queue, self._on_got)

    def end(self) -> None:
        """The session is over, and so is the question."""
        self._channel = None
        self.asking = False

    def _on_got(self, _channel: Channel, method: Any, properties: Any, body: bytes) -> None:
        self.asking = False
        message = Message.delivered(method, properties, body)
        self._left = self._left - 1 if is_suspect(message) else 0
        self._on_message(method.delivery_tag, message)

    def _on_none(self, _frame: object) -> None:
        if self.asking:
            self.asking = False
            self._left = 0
            self._on_empty()


def is_suspect(message: Message) -> bool:
    """Tell whether a delivery of the message has failed before."""
    try:
        return bool(message.redelivered and message.headers.get(COUNT))
    except UnreadableError:
        return message.redelivered
