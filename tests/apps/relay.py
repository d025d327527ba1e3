"""A network between worker and broker that can die without a word."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Event, Thread

CHUNK = 65536


class Relay:
    """Forwards connections to a port of loopback, until they are told to go silent."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._silent = Event()
        self._ends: list[socket.socket] = []
        self.hung_up = Event()
        """A client has closed a connection that had gone silent."""
        Thread(target=self._accept, daemon=True).start()

    def silence(self) -> None:
        """Swallow every byte of the connections there are; later ones are not touched."""
        self._silent.set()
        self._silent = Event()

    def close(self) -> None:
        """End it and all its connections."""
        for end in (self._server, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                broker = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [client, broker]
                for source, sink in ((client, broker), (broker, client)):
                    Thread(
                        target=self._pump, args=(source, sink, self._silent), daemon=True
                    ).start()

    def _pump(self, source: socket.socket, sink: socket.socket, silent: Event) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if not silent.is_set():
                    sink.sendall(data)
            if silent.is_set():
                self.hung_up.set()
            else:
                sink.shutdown(socket.SHUT_WR)
