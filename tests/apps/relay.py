"""A network between worker and broker that fails in every way a network has."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import sleep

CHUNK = 65536
RESET = struct.pack("ii", 1, 0)
"""Of SO_LINGER: close tells the other end by a reset, as a firewall that forgot a connection."""


@dataclass
class Way:
    """One direction of the network, for all connections."""

    open: Event = field(default_factory=Event)
    """Cleared, it holds what comes, for ever or until it is set again: a black hole."""
    bytes_per_second: float | None = None
    cut_after: int | None = None
    """Bytes that each connection carries before it is cut, whatever they are in the midst of."""

    def __post_init__(self) -> None:
        self.open.set()


class Relay:
    """Forwards connections to a port of loopback, without a fault until told otherwise."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.to_broker, self.from_broker = Way(), Way()
        self._lock = Lock()
        self._ends: list[socket.socket] = []
        self._lost: set[socket.socket] = set()
        self.hung_up = Event()
        """A client has closed a connection that was silenced."""
        self._server: socket.socket | None = None
        self.port = 0
        self.up()

    @property
    def url(self) -> str:
        """Its address for MQ_URL."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}"

    def up(self) -> None:
        """Take connections, on the same port as before."""
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = self._server.getsockname()[1]
        Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def down(self) -> None:
        """Refuse connections, and reset those there are."""
        if self._server is not None:
            _close(self._server)
        self.cut()

    def cut(self) -> None:
        """Reset every connection that there is."""
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            _reset(end)

    def silence(self) -> None:
        """Swallow every byte of the connections there are; later ones are not touched."""
        with self._lock:
            self._lost |= set(self._ends)

    @contextmanager
    def black_hole(self, *ways: Way) -> Iterator[None]:
        """Let nothing through these ways for a while; what was held arrives afterwards."""
        for way in ways:
            way.open.clear()
        try:
            yield
        finally:
            for way in ways:
                way.open.set()

    def close(self) -> None:
        """End it and all its connections."""
        for way in (self.to_broker, self.from_broker):
            way.open.set()
        self.down()

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = server.accept()
                try:
                    broker = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    _reset(client)
                    continue
                with self._lock:
                    self._ends += [client, broker]
                for way in ((client, broker, self.to_broker), (broker, client, self.from_broker)):
                    Thread(target=self._pump, args=way, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, way: Way) -> None:
        carried = 0
        try:
            while data := source.recv(CHUNK):
                way.open.wait()
                if source in self._lost:
                    continue
                if way.bytes_per_second:
                    sleep(len(data) / way.bytes_per_second)
                if way.cut_after is not None and carried + len(data) > way.cut_after:
                    sink.sendall(data[: way.cut_after - carried])
                    break
                carried += len(data)
                sink.sendall(data)
            else:
                way.open.wait()
                if source in self._lost:
                    self.hung_up.set()
                else:
                    sink.shutdown(socket.SHUT_WR)
                return
        except OSError:
            pass
        for end in (source, sink):
            _reset(end)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    _close(end)


def _close(end: socket.socket) -> None:
    # Only a shutdown wakes a thread that waits in accept or recv.
    with suppress(OSError):
        end.shutdown(socket.SHUT_RD)
    end.close()
