"""The broker's management API, as far as checks of a release ask it."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

from workers.tls import Files
from workers.upgrade import Cluster, Flag, Version

TIMEOUT = 10.0
SHAPE = "http://host:15672"
PORTS = {"http": 15672, "https": 15671}
NO_FILES = Files()
ALARMS = {"mem_alarm": "memory", "disk_free_alarm": "disk"}
COLUMNS = "name,running,applications.name,applications.version," + ",".join(ALARMS)


class NoHostError(Exception):
    """The host's name is not known: there is no such Service, and so no such release."""


class UnansweredError(Exception):
    """Nothing answers, or nothing that is a management API."""


class RefusedError(Exception):
    """It answers, and does not let this user in."""


@dataclass(frozen=True)
class Management:
    """An API and who asks it. Raises ValueError where the URL is none."""

    url: str
    username: str = ""
    password: str = ""
    files: Files = NO_FILES
    server_name: str | None = None
    """The name that the certificate has to be for; None for the URL's host."""

    def __post_init__(self) -> None:
        """Look at the URL."""
        parts = urlsplit(self.url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(f"{self.url!r} is no address of a management API; expected {SHAPE}")

    def cluster(self) -> Cluster:
        """Ask what runs: which releases on which nodes, feature flags and alarms.

        Raises NoHostError, UnansweredError or RefusedError.
        """
        overview = self.ask("/api/overview")
        nodes = self.ask(f"/api/nodes?columns={COLUMNS}")
        flags = self.ask("/api/feature-flags")
        running = [node for node in nodes if node.get("running")]
        first = Version.parse(overview["rabbitmq_version"])
        return Cluster(
            versions={node["name"]: _version(node) or first for node in running},
            down=tuple(node["name"] for node in nodes if not node.get("running")),
            flags=tuple(_flag(flag) for flag in flags),
            alarms=tuple(
                f"{what} of {node['name']}"
                for node in running
                for key, what in ALARMS.items()
                if node.get(key)
            ),
        )

    def ask(self, path: str) -> Any:
        """Return what the API answers to a GET.

        Raises NoHostError, UnansweredError or RefusedError.
        """
        status, body = self.get(path)
        if status in (401, 403):
            raise RefusedError(f"{self.url} refuses the user {self.username} ({status})")
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if status != 200 or answer is None:
            raise UnansweredError(f"{self.url}{path} answers {status}, and not as RabbitMQ does")
        return answer

    def get(self, path: str) -> tuple[int, bytes]:
        """Return the status and body of a GET. Raises NoHostError or UnansweredError."""
        with closing(self._connection()) as connection:
            try:
                connection.request("GET", path, headers=self._headers())
                answer = connection.getresponse()
                return answer.status, answer.read()
            except socket.gaierror as error:
                if error.errno == socket.EAI_NONAME:
                    raise NoHostError(f"{self.url}: {error.strerror}") from None
                raise UnansweredError(f"{self.url}: {error.strerror}") from None
            except (OSError, HTTPException) as error:
                raise UnansweredError(f"{self.url}: {error or type(error).__name__}") from None

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        if parts.scheme == "http":
            return HTTPConnection(host, port, timeout=TIMEOUT)
        return _Encrypted(host, port, self.files.context(), self.server_name or host)

    def _headers(self) -> Mapping[str, str]:
        if not self.username:
            return {}
        login = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {login}"}


class _Encrypted(HTTPConnection):
    """A connection over TLS, to a server whose certificate is for some name, its host's or not."""

    def __init__(self, host: str, port: int, context: SSLContext, name: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._context, self._name = context, name

    def connect(self) -> None:
        """Connect, and verify who answers. Raises OSError, of which ssl.SSLError is one."""
        super().connect()
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self._name)


def _version(node: Mapping[str, Any]) -> Version | None:
    """Return the release that a node runs, which it says only some seconds after its start."""
    applications = {each["name"]: each["version"] for each in node.get("applications", [])}
    return Version.parse(applications["rabbit"]) if "rabbit" in applications else None


def _flag(flag: Mapping[str, Any]) -> Flag:
    return Flag(flag["name"], flag["state"] == "enabled", flag.get("stability") != "experimental")
