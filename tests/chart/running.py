"""A real RabbitMQ that is started by the chart's own script, over the files of its Secrets."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection

import pika
from pika.exceptions import AMQPConnectionError

from chartproof.release import Release
from tests.support.broker import SETTINGS, Broker

MOUNT = "/run/secrets/rabbitmq"

Secrets = Mapping[str, Mapping[str, str]]


def mounted(release: Release, others: Secrets | None = None) -> dict[str, str]:
    """Return what the broker finds of Secrets, by path; `others` are those not of the release."""
    found = dict(others or {})
    for manifest in release.of_kind("Secret"):
        found[manifest.name] = manifest.body["stringData"]
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    (volume,) = (each for each in pod["volumes"] if each["name"] == "secrets")
    return {
        item["path"]: found[source["secret"]["name"]][item["key"]]
        for source in volume["projected"]["sources"]
        for item in source["secret"]["items"]
    }


class ChartBroker(Broker):
    """The broker of a release. Its secrets can be changed while it runs, as Kubernetes does.

    `others` are the Secrets that the release refers to and has not got.
    """

    command = ("bash", f"{SETTINGS}/start.sh")

    def __init__(self, release: Release, others: Secrets | None = None) -> None:
        self._script: str = release.get("ConfigMap", "broker").body["data"]["start.sh"]
        self._files = mounted(release, others)
        super().__init__()

    def password(self, user: str) -> str:
        """Return the password of a user, by its name in the chart."""
        return self._files[f"users/{user}/password"]

    def change(self, **passwords: str) -> None:
        """Change the passwords of users, by their names in the chart."""
        self.mount({f"users/{user}/password": text for user, text in passwords.items()})

    def mount(self, files: Mapping[str, str]) -> None:
        """Change files of the Secrets, by their paths."""
        self._files |= files
        folder = self._path / "settings/secrets"
        for path, text in self._files.items():
            written = folder.with_name("written")
            written.write_text(text)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            written.rename(folder / path)

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

    def answer_to(
        self, user: str, password: str, path: str, method: str = "GET"
    ) -> tuple[int, object]:
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
        self.mount({})

    def _configuration(self) -> str:
        return f"""{super()._configuration()}\
definitions.import_backend = local_filesystem
definitions.local.path = /var/lib/rabbitmq/definitions
"""

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), "FOLLOW_SECONDS": "1"}
