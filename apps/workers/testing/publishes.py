"""The stand-in for a producer's channel, by the names of pika's methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from pika import BasicProperties, frame, spec

from workers.message import Message
from workers.testing.queue import NAME


class PublishingConnection:
    """Takes the frames that the worker writes and gives out the messages in them.

    The names are those of pika's connection that workers.beneath writes through; in a pika without
    them the worker publishes by the channel's public method, which is there as well.
    """

    params = SimpleNamespace(frame_max=spec.FRAME_MAX_SIZE)

    def __init__(self, on_publish: Callable[[bytes, BasicProperties], None]) -> None:
        self.frames_sent = 0
        self._on_publish = on_publish

    def _output_marshaled_frames(self, written: Iterable[bytes]) -> None:
        data = b"".join(written)
        properties = BasicProperties()  # type: ignore[no-untyped-call]
        missing, parts = 0, list[bytes]()
        while data:
            consumed, decoded = frame.decode_frame(data)
            data = data[consumed:]
            match decoded:
                case frame.Method():
                    continue
                case frame.Header():
                    properties, missing, parts = decoded.properties, decoded.body_size, []
                case frame.Body():
                    parts.append(decoded.fragment)
                    missing -= len(decoded.fragment)
            if not missing:
                self._on_publish(b"".join(parts), properties)


class ConfirmingChannel:
    """Notes what is published, and confirms it, refuses it or returns it, as its desk says."""

    channel_number = 1
    is_open = True

    def __init__(self, desk: Desk, soon: Callable[[Callable[[], None]], None]) -> None:
        self.connection = PublishingConnection(self._take)
        self._desk = desk
        self._soon = soon
        self._tag = 0
        self._on_confirm: Callable[[Any], None]
        self._on_return: Callable[..., None]

    def confirm_delivery(
        self, on_confirm: Callable[[Any], None], callback: Callable[[object], None]
    ) -> None:
        """Confirm from now on."""
        self._on_confirm = on_confirm
        self._soon(lambda: callback(None))

    def add_on_return_callback(self, on_return: Callable[..., None]) -> None:
        """Tell there what is returned."""
        self._on_return = on_return

    def add_on_close_callback(self, _on_close: object) -> None:
        """Never close by the broker's wish."""

    def basic_publish(
        self,
        _exchange: str,
        _routing_key: str,
        body: bytes,
        properties: BasicProperties,
        _mandatory: bool,
    ) -> None:
        """Take one message."""
        self._take(body, properties)

    def _take(self, body: bytes, properties: BasicProperties) -> None:
        self._tag += 1
        tag = self._tag
        message = Message.delivered(
            SimpleNamespace(redelivered=False, exchange="", routing_key=NAME), properties, body
        )
        self._soon(lambda: self._answer(tag, message))
        self._desk.published.append(message)

    def _answer(self, tag: int, message: Message) -> None:
        desk = self._desk
        if desk.lost:
            return
        number = desk.number(message)
        answer: Any = spec.Basic.Ack
        if number in desk.nack:
            desk.nack.remove(number)
            answer = spec.Basic.Nack
        elif number in desk.give_back:
            desk.give_back.remove(number)
            self._on_return(self, None, message.properties, message.body)
        else:
            desk.take(message)
        if desk.lost:
            return
        self._on_confirm(SimpleNamespace(method=answer(tag)))


class Desk:
    """What the broker of a test has taken, and what it will not take at once.

    `nack` and `give_back` are the numbers of messages that are refused, or returned as no queue
    takes them, the first time that they are published. They count from 1, in the order in which
    the source gives them. After `lose_after` messages the connection is lost, once.
    """

    def __init__(
        self,
        nack: Iterable[int] = (),
        give_back: Iterable[int] = (),
        lose_after: int | None = None,
    ) -> None:
        self.nack = set(nack)
        self.give_back = set(give_back)
        self.lose_after = lose_after
        self.lost = False
        """The connection is gone, with the confirm of the last message that was taken."""
        self.published: list[Message] = []
        self.taken: list[Message] = []
        self._numbers: dict[str | None, int] = {}

    def number(self, message: Message) -> int:
        """Return which message of the source it is; one that comes again keeps its number."""
        return self._numbers.setdefault(message.id, len(self._numbers) + 1)

    def take(self, message: Message) -> None:
        """Note a message as taken over."""
        self.taken.append(message)
        if self.lose_after is not None and len(self.taken) >= self.lose_after:
            self.lose_after = None
            self.lost = True
