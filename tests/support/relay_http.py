"""A relay in front of a server on loopback, which can act before and after each request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Act = Callable[[str], None]
"""Gets `before GET /path` and `after GET /path`; what it raises ends the connection."""

_OWN = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@contextmanager
def relay(host: str, act: Act) -> Iterator[str]:
    """Pass requests on to `host`, one at a time, and give the relay's HOST:PORT."""
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with turn, suppress(ConnectionError):
                self._pass_on(content)

        def _pass_on(self, content: bytes) -> None:
            what = f"{self.command} {self.path}"
            act(f"before {what}")
            connection = HTTPConnection(host, timeout=30)
            kept = {key: it for key, it in self.headers.items() if key.lower() not in _OWN}
            connection.request(self.command, self.path, body=content, headers=kept)
            answer = connection.getresponse()
            body = answer.read()
            act(f"after {what}")
            self.send_response(answer.status)
            for key, value in answer.getheaders():
                if key.lower() not in _OWN:
                    self.send_header(key, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else None
            self.send_header("Content-Length", length or str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            connection.close()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.handle_any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
