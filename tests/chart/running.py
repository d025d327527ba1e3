"""A real RabbitMQ that is started by the chart's own script, over the files of its Secrets."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import pika
from pika.exceptions import AMQPConnectionError

from chartproof.release import Release
from tests.support.broker import SETTINGS, Broker

MOUNT = "/run/secrets/rabbitmq"


class ChartBroker(Broker):
    """The broker of a release. Its secrets can be changed while it runs, as Kubernetes does."""

    command = ("bash", f"{SETTINGS}/start.sh")

    def __init__(self, release: Release) -> None:
        self._script: str = release.get("ConfigMap", "broker").body["data"]["start.sh"]
        self.secrets: dict[str, str] = {
            **release.get("Secret", "broker").body["stringData"],
            **release.get("Secret", "broker-definitions").body["stringData"],
        }
        super().__init__()

    def mount(self, **secrets: str) -> None:
        """Change files of the Secrets; `worker_password` is the file `worker-password`."""
        self.secrets |= {name.replace("_", "-"): text for name, text in secrets.items()}
        folder = self._path / "settings/secrets"
        folder.mkdir(exist_ok=True)
        for name, text in self.secrets.items():
            written = folder.with_name("written")
            written.write_text(text)
            written.rename(folder / name)

    @contextmanager
    def connection(self, user: str, password: str) -> Iterator[pika.BlockingConnection]:
        """Give a connection of a user. Raises AMQPConnectionError when the login is refused."""
        connection = pika.BlockingConnection(pika.URLParameters(self.url(user, password)))
        yield connection
        connection.close()

    def accepts(self, user: str, password: str) -> bool:
        """Tell whether a user can log in with a password."""
        try:
            with self.connection(user, password):
                return True
        except AMQPConnectionError:
            return False

    def ask(self, user: str, password: str, path: str, method: str = "GET") -> tuple[int, object]:
        """Return the status and the answer of the management API to a user."""
        login = b64encode(f"{user}:{password}".encode()).decode()
        api = HTTPConnection("127.0.0.1", self.management_port, timeout=10)
        try:
            api.request(method, f"/api/{path}", headers={"Authorization": f"Basic {login}"})
            answer = api.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            api.close()

    def _prepare(self) -> None:
        script = self._script.replace(MOUNT, f"{SETTINGS}/secrets")
        (self._path / "settings/start.sh").write_text(script)
        self.mount()

    def _configuration(self) -> str:
        return f"""{super()._configuration()}\
definitions.import_backend = local_filesystem
definitions.local.path = /var/lib/rabbitmq/definitions
"""

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), "FOLLOW_SECONDS": "1"}
