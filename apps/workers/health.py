"""Whether the worker lives and is ready, and the small server that tells."""

from __future__ import annotations

import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from workers import logs
from workers.settings import ConfigError

LIVE_WITHIN = 10.0
"""Seconds without a turn of the I/O loop after which the worker is taken for stuck."""


class Status:
    """What the I/O thread tells of itself; each field is written by it alone."""

    def __init__(self) -> None:
        self.ticked_at = monotonic()
        self.connected = False
        self.blocked = False
        self.draining = False
        self.wedged: str | None = None
        """What in this process, in words, no patience can help."""
        self.hindrance: str | None = None
        """What else keeps messages from moving, in words."""

    @property
    def stuck(self) -> str | None:
        """Why the process should be restarted. Never the broker's fault, which no restart mends."""
        silent = monotonic() - self.ticked_at
        if silent > LIVE_WITHIN:
            return f"the I/O loop has not turned for {silent:.0f} s"
        return self.wedged

    @property
    def unready(self) -> str | None:
        """Why no messages move."""
        if self.draining:
            return "draining"
        if not self.connected:
            return "not connected"
        return "blocked by the broker" if self.blocked else self.hindrance


def serve(port: int, status: Status, registry: CollectorRegistry) -> int:
    """Answer /livez, /readyz and /metrics from a thread of its own, and return the port.

    Raises ConfigError when the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/livez":
                    self._tell(status.stuck)
                case "/readyz":
                    self._tell(status.unready)
                case "/metrics":
                    self._answer(200, generate_latest(registry), CONTENT_TYPE_LATEST)
                case _:
                    self._answer(404, b"there are /livez, /readyz and /metrics\n")

        def _tell(self, fault: str | None) -> None:
            self._answer(503 if fault else 200, f"{fault or 'ok'}\n".encode())

        def _answer(self, code: int, body: bytes, content_type: str = "text/plain") -> None:
            self.send_response(code)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: probes come every few seconds."""

    server = ThreadingHTTPServer(("", port), Handler, bind_and_activate=False)
    server.socket.close()
    dual = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if dual else socket.AF_INET
    try:
        server.socket = socket.create_server(("", port), family=family, dualstack_ipv6=dual)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise ConfigError(f"MQ_HEALTH_PORT={port}: {reason}") from None
    Thread(target=server.serve_forever, name="health", daemon=True).start()
    bound: int = server.socket.getsockname()[1]
    logs.event("listening", port=bound)
    return bound
