"""Messages onto a channel, by the quick way where pika still has it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from pika import frame
from pika.channel import Channel
from pika.spec import Basic

from workers import logs
from workers.beneath import frames_writer
from workers.encoder import Encoder
from workers.publishing import Outgoing

SAMPLE = Outgoing(1, "sample-1", b"Hello World 1!", 1_700_000_000)


class Wire:
    """Publishes to one queue on one channel: mandatory and persistent.

    It writes the frames of many messages at once, which costs a quarter of pika's own publish.
    Where this pika would write other bytes, or has no place for ours, it publishes by the public
    method, and the log says so.
    """

    def __init__(self, channel: Channel, queue: str, app_id: str) -> None:
        self._channel = channel
        self._queue = queue
        self._app_id = app_id
        connection = channel.connection
        self._encoder = Encoder(channel.channel_number, connection.params.frame_max, queue, app_id)
        self._write = frames_writer(connection)
        self.fault = self._find_fault()
        """What keeps this pika from the quick way."""
        if self.fault:
            self._write = None
            logs.event("slow_publish", logging.WARNING, reason=self.fault)

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """Hand messages to pika, which sends them as the socket takes them."""
        if self._write is None:
            for message in messages:
                properties = message.properties(self._app_id)
                self._channel.basic_publish("", self._queue, message.body, properties, True)
            return
        for encoded in self._encoder.encode(messages):
            self._write(encoded.data, encoded.frames)

    def _find_fault(self) -> str | None:
        if self._write is None:
            return "this pika writes frames in another way"
        if b"".join(part.data for part in self._encoder.encode([SAMPLE])) != self._by_pika():
            return "this pika encodes a publish in another way"
        return None

    def _by_pika(self) -> bytes:
        """Return the frames of the sample as pika's own encoder makes them."""
        number, body = self._channel.channel_number, SAMPLE.body
        publish = Basic.Publish(  # type: ignore[no-untyped-call]
            exchange="", routing_key=self._queue, mandatory=True
        )
        frames = (
            frame.Method(number, publish),
            frame.Header(number, len(body), SAMPLE.properties(self._app_id)),
            frame.Body(number, body),
        )
        return b"".join(each.marshal() for each in frames)
