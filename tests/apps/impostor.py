"""A server that speaks AMQP 0-9-1 as far as its script says, and then whatever it likes."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, TypeVar

from pika import BasicProperties, frame, spec
from pika.amqp_object import Method

HEADER_BYTES = 8
"""What a client begins with: the name and version of the protocol."""
CHUNK = 65536
CHANNEL_MAX, FRAME_MAX = 2047, 131072
QUIET = 60.0
"""Seconds for which a script says nothing, unless the client hangs up before."""

M = TypeVar("M", bound=Method)


class Conversation:
    """One connection of a client. Every method raises EOFError or OSError when that has ended."""

    def __init__(self, client: socket.socket) -> None:
        self.client = client
        self.received: list[Method] = []
        self._data = b""

    def greet(self, heartbeat: int = 60) -> None:
        """Let the client log in."""
        self.begin()
        self.wait_for(spec.Connection.StartOk)
        self.send(spec.Connection.Tune(CHANNEL_MAX, FRAME_MAX, heartbeat))
        self.wait_for(spec.Connection.TuneOk)
        self.wait_for(spec.Connection.Open)
        self.send(spec.Connection.OpenOk())

    def begin(self) -> None:
        """Take the protocol's header and offer what RabbitMQ does."""
        while len(self._data) < HEADER_BYTES:
            self._read()
        self._data = self._data[HEADER_BYTES:]
        capabilities = {"basic.nack": True, "publisher_confirms": True, "connection.blocked": True}
        properties = {"product": "impostor", "capabilities": capabilities}
        self.send(spec.Connection.Start(server_properties=properties, mechanisms="PLAIN"))

    def open_channel(self) -> None:
        """Open the channel that the client asks for."""
        self.wait_for(spec.Channel.Open)
        self.send(spec.Channel.OpenOk(), 1)

    def find_queue(self) -> None:
        """Say that the queue exists."""
        queue = self.wait_for(spec.Queue.Declare).queue
        self.send(spec.Queue.DeclareOk(queue, 0, 0), 1)

    def be_a_broker(self) -> None:
        """Go along up to where the client has a queue to work on."""
        self.greet()
        self.open_channel()
        self.find_queue()

    def let_consume(self) -> str:
        """Accept a subscription, and return its tag."""
        self.be_a_broker()
        if isinstance(self.wait_for(spec.Basic.Get, spec.Basic.Qos), spec.Basic.Get):
            self.send(spec.Basic.GetEmpty(), 1)
            self.wait_for(spec.Basic.Qos)
        self.send(spec.Basic.QosOk(), 1)
        consume = self.wait_for(spec.Basic.Consume)
        self.send(spec.Basic.ConsumeOk(consume.consumer_tag), 1)
        return str(consume.consumer_tag)

    def let_publish(self) -> None:
        """Turn confirms on, and wait for the first message."""
        self.be_a_broker()
        self.wait_for(spec.Confirm.Select)
        self.send(spec.Confirm.SelectOk(), 1)
        self.wait_for(spec.Basic.Publish)

    def deliver(self, consumer: str, tag: int, body: bytes = b"body", **properties: Any) -> None:
        """Send a whole message."""
        self.send(spec.Basic.Deliver(consumer, tag, False, "", "queue"), 1)
        self.say(header(len(body), **properties), frame.Body(1, body).marshal())

    def deliver_all(self, consumer: str, tags: Iterable[int]) -> None:
        """Send a whole message for each delivery tag."""
        for tag in tags:
            self.deliver(consumer, tag)

    def send(self, method: Method, channel: int = 0) -> None:
        """Send a method."""
        self.say(frame.Method(channel, method).marshal())

    def say(self, *data: bytes) -> None:
        """Send bytes, whatever they mean."""
        self.client.sendall(b"".join(data))

    def wait_for(self, *kinds: type[M]) -> M:
        """Read until a method of one of these kinds comes, and return it."""
        while True:
            size, read = frame.decode_frame(self._data)
            if not size:
                self._read()
                continue
            self._data = self._data[size:]
            if isinstance(read, frame.Method):
                self.received.append(read.method)
                if isinstance(read.method, kinds):
                    return read.method

    def stay(self) -> None:
        """Say nothing more and read nothing more, until the client hangs up."""
        self.client.settimeout(QUIET)
        while self.client.recv(CHUNK):
            pass

    def pass_on(self, port: int) -> None:
        """Be nothing but a cable to a port of loopback, which a real broker listens on."""
        with socket.create_connection(("127.0.0.1", port)) as broker:
            back = Thread(target=_pump, args=(broker, self.client), daemon=True)
            back.start()
            _pump(self.client, broker)
            back.join()

    def _read(self) -> None:
        data = self.client.recv(CHUNK)
        if not data:
            raise EOFError
        self._data += data


Script = Callable[[Conversation], None]


class Impostor:
    """Has a script for each connection in turn, and the last one for all that follow."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts: Sequence[Script] = scripts
        self._server = socket.create_server(("127.0.0.1", 0))
        self._clients: list[socket.socket] = []
        self._lock = Lock()
        self._ended = Event()
        self.port: int = self._server.getsockname()[1]
        self.done = 0
        """How many conversations have ended."""
        Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address for MQ_URL."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}"

    @property
    def met(self) -> int:
        """How many connections there were."""
        return len(self._clients)

    def __enter__(self) -> Impostor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for end in (self._server, *self._clients):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                script = self.scripts[min(len(self._clients), len(self.scripts) - 1)]
                self._clients.append(client)
                Thread(target=self._talk, args=(client, script), daemon=True).start()

    def _talk(self, client: socket.socket, script: Script) -> None:
        with suppress(OSError, EOFError):
            script(Conversation(client))
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
        client.close()
        with self._lock:
            self.done += 1


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def header(size: int, **properties: Any) -> bytes:
    """Return a header frame that announces a body of so many bytes."""
    return frame.Header(1, size, BasicProperties(**properties)).marshal()
