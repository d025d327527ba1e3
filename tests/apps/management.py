"""A management API that says what a test wants, for releases that no test machine has."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit


@contextmanager
def serving(
    answers: dict[str, tuple[int, Any]], certificate: tuple[Path, Path] | None = None
) -> Iterator[str]:
    """Answer these paths with a status and JSON, all others with 404; give the URL.

    With the files of a `certificate` and its key it speaks TLS, as localhost.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, answer = answers.get(urlsplit(self.path).path, (404, {"error": "Not Found"}))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            url = f"https://localhost:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield url
        finally:
            server.shutdown()


def answers_of(version: str, *flags: tuple[str, str, str], **nodes: bool) -> dict[str, Any]:
    """Return what brokers of a release answer.

    `flags` are names with state and stability, `nodes` say whether they run.
    """
    application = [{"name": "rabbit", "version": version}]
    return {
        "/api/overview": (200, {"rabbitmq_version": version}),
        "/api/nodes": (
            200,
            [
                {"name": name, "running": runs, "applications": application}
                for name, runs in (nodes or {"rabbit@0": True}).items()
            ],
        ),
        "/api/feature-flags": (
            200,
            [
                {"name": name, "state": state, "stability": stability}
                for name, state, stability in flags
            ],
        ),
    }
