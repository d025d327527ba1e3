"""A real RabbitMQ for tests, on free ports of loopback and with no trace left behind."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPError

from chartproof.cluster import standin
from chartproof.cluster.processes import container, rabbitmq
from chartproof.cluster.processes.container import Container, Mount

LOGIN = "guest"
START_S = 60
STOP_S = 30
# RabbitMQ 4.3 notes its quorum queues on disk a moment late: one declared less than a second
# before the broker is killed comes back empty, whatever was confirmed.
REGISTERED_S = 1.5
LOOK_S = 0.1
LAST_LINES = 30
SETTINGS = "/run/settings"
Made = TypeVar("Made")
EPHEMERAL_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")


class Broker:
    """One broker. It listens once the constructor returns, and is gone after `close`.

    What it is started with lies in the folder `settings`, which the broker sees as SETTINGS.
    """

    command: tuple[str, ...] = ("rabbitmq-server",)
    address = "127.0.0.1"
    vhost = "/"
    """Where queues are, and where `url` leads."""

    def __init__(self) -> None:
        self.amqp_port, self.management_port, self._epmd_port, self._node_port = free_ports(4)
        self._folder = tempfile.TemporaryDirectory(prefix="broker-")
        self._path = Path(self._folder.name)
        self.log = self._path / "broker.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._declared_at = 0.0
        (self._path / "home").mkdir()
        (self._path / "settings").mkdir()
        (self._path / "settings/rabbitmq.conf").write_text(self._configuration())
        (self._path / "settings/enabled_plugins").write_text("[rabbitmq_management].\n")
        self._prepare()
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def url(self, user: str = LOGIN, password: str = LOGIN, vhost: str | None = None) -> str:
        """Return the address of the broker for MQ_URL."""
        vhost = self.vhost if vhost is None else vhost
        login = f"{quote(user, safe='')}:{quote(password, safe='')}"
        return f"amqp://{login}@{self.address}:{self.amqp_port}/{quote(vhost, safe='')}"

    def declare(self, queue: str, **arguments: object) -> None:
        """Declare a durable queue; `x_max_length=5` is the argument `x-max-length`."""
        given = {name.replace("_", "-"): value for name, value in arguments.items()}
        with self.channel() as channel:
            channel.queue_declare(queue, durable=True, arguments=given)
        self._declared_at = time.monotonic()

    def delete(self, queue: str) -> None:
        """Delete a queue; no error when there is none."""
        with self.channel() as channel:
            channel.queue_delete(queue)

    def depth(self, queue: str) -> int:
        """Return how many messages wait in a queue, without those a consumer holds."""
        with self.channel() as channel:
            return int(channel.queue_declare(queue, passive=True).method.message_count)

    @contextmanager
    def channel(self) -> Iterator[BlockingChannel]:
        """Give a channel on a connection of its own; the broker may end while it is open."""
        parameters = pika.URLParameters(self.url())
        connection = self._inside(lambda: pika.BlockingConnection(parameters))
        try:
            yield connection.channel()
        finally:
            with suppress(AMQPError):
                connection.close()

    def start(self) -> None:
        """Start it and wait until it serves clients. Fails with the end of its log."""
        assert self._process is None, "it runs already"
        with self.log.open("ab") as log:
            self._process = container.start(self._container(*self.command), log)
        end = time.monotonic() + START_S
        while not self.serves():
            code = self._process.poll()
            if code is not None or time.monotonic() > end:
                why = f"exit code {code}" if code is not None else f"no answer in {START_S} s"
                lines = self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
                raise AssertionError("\n".join([f"the broker did not start: {why}", *lines]))
            time.sleep(LOOK_S)

    def serves(self) -> bool:
        """Tell whether it says of itself that it serves clients."""
        return self.ask("/api/health/checks/ready-to-serve-clients")[0] == 200

    def ask(self, path: str) -> tuple[int, str]:
        """Return the status and text that its management gives; status 0 without an answer."""

        def get() -> tuple[int, str]:
            host = HTTPConnection(self.address, self.management_port, timeout=5)
            login = {"Authorization": f"Basic {b64encode(f'{LOGIN}:{LOGIN}'.encode()).decode()}"}
            with closing(host) as connection:
                try:
                    connection.request("GET", path, headers=login)
                    answer = connection.getresponse()
                    return answer.status, answer.read().decode()
                except (OSError, HTTPException):
                    return 0, ""

        return self._inside(get)

    def stop(self) -> None:
        """Stop it in good order; its data stays."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill every process of it at once; its data stays."""
        time.sleep(max(0, self._declared_at + REGISTERED_S - time.monotonic()))
        self._end(container.KILL)

    @property
    def pid(self) -> int:
        """The process that stands for it; all others are below that one."""
        assert self._process is not None, "it does not run"
        return self._process.pid

    def ctl(self, *words: str) -> str:
        """Run rabbitmqctl on it and return what it prints."""
        command = self._container("rabbitmqctl", "--quiet", *words)
        with container.start(command, subprocess.PIPE) as process:
            assert process.stdout
            output = process.stdout.read().decode()
        assert process.returncode == 0, output
        return output

    def close(self) -> None:
        """End it, if it runs, and remove its data."""
        if self._process is not None:
            self._end(container.KILL)
        self._folder.cleanup()

    def _inside(self, connect: Callable[[], Made]) -> Made:
        """Make a connection in the network that it is in."""
        return connect()

    def _prepare(self) -> None:
        """Write what else it reads; for brokers that are started in another way."""

    def _end(self, signal_number: int) -> None:
        assert self._process is not None, "it does not run"
        with self._process as process:
            self._process = None
            process.send_signal(signal_number)
            process.wait(STOP_S)

    def _container(self, *command: str) -> Container:
        own = [
            Mount(str(self._path / "home"), "/var/lib/rabbitmq", read_only=False),
            Mount(str(self._path / "settings"), SETTINGS),
        ]
        return Container(
            command=command,
            mounts=[*rabbitmq.mounts(), *own],
            env={**standin.ENVIRONMENT, **self._environment()},
            user=standin.USER,
            group=standin.USER,
        )

    def _environment(self) -> dict[str, str]:
        return {
            "RABBITMQ_NODENAME": f"rabbit{self.amqp_port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_CONFIG_FILE": f"{SETTINGS}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{SETTINGS}/enabled_plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def _configuration(self) -> str:
        return f"""\
listeners.tcp.1 = 127.0.0.1:{self.amqp_port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {self.management_port}
log.console = true
"""


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nothing uses.

    None is of those that the kernel gives to outgoing connections: a client that tries a port of
    its own kind again and again, while the broker is down, ends up connected to itself.
    """
    first_ephemeral = int(EPHEMERAL_PORTS.read_text().split()[0])
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(10_000, first_ephemeral)  # noqa: S311 - no secret
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            found.append(port)
    return found
