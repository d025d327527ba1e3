"""A cluster of three brokers, each in a network namespace of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar
from urllib.parse import quote

from chartproof.cluster.processes.container import Container, Mount
from tests.apps.faults.cables import Cables, inside
from tests.support.broker import LOGIN, SETTINGS, START_S, Broker

NAMES = ("a", "b", "c")
AMQP, MANAGEMENT = 5672, 15672
COOKIE = "one cookie for all three"
# Seconds; the default of 60 is how long a dead member may go unnoticed by the others.
TICK_S = 8
LOOK_S = 0.2
Made = TypeVar("Made")


class Member(Broker):
    """One of the three. It is not started by its constructor."""

    def __init__(self, name: str, cables: Cables) -> None:
        self.name = name
        self.address = cables.address(name, "clients")
        self._cables = cables
        self._is_made = False
        super().__init__()
        self.amqp_port, self.management_port = AMQP, MANAGEMENT
        self._is_made = True

    @property
    def node(self) -> str:
        """Its name in the cluster."""
        return f"rabbit@{self.name}"

    @property
    def log_text(self) -> str:
        """What it has logged."""
        return self.log.read_text(errors="replace")

    def start(self) -> None:
        """Start it, once there are all of them."""
        if self._is_made:
            super().start()

    def leader(self, queue: str) -> str:
        """Return the node that leads a queue, or nothing while there is none."""
        status, text = self.ask(f"/api/queues/{quote(self.vhost, safe='')}/{queue}")
        return str(json.loads(text).get("leader") or "") if status == 200 else ""

    def is_dispensable(self) -> bool:
        """Tell whether every queue has enough other members that are up to date."""
        return self.ask("/api/health/checks/node-is-quorum-critical")[0] == 200

    def _inside(self, connect: Callable[[], Made]) -> Made:
        return inside(self._cables.hub, connect)

    def _prepare(self) -> None:
        cookie = self._path / "home/.erlang.cookie"
        cookie.write_text(COOKIE.replace(" ", "-"))
        cookie.chmod(0o400)
        hosts = [f"{self._cables.address(name, 'cluster')} {name}\n" for name in NAMES]
        (self._path / "hosts").write_text("127.0.0.1 localhost\n" + "".join(hosts))

    def _container(self, *command: str) -> Container:
        plain = super()._container(*command)
        return replace(
            plain,
            mounts=[*plain.mounts, Mount(str(self._path / "hosts"), "/etc/hosts")],
            hostname=self.name,
            network=str(self._cables.namespace(self.name)),
        )

    def _environment(self) -> dict[str, str]:
        return {
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_CONFIG_FILE": f"{SETTINGS}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{SETTINGS}/enabled_plugins",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel net_ticktime {TICK_S}",
        }

    def _configuration(self) -> str:
        nodes = [
            f"cluster_formation.classic_config.nodes.{number} = rabbit@{name}\n"
            for number, name in enumerate(NAMES, 1)
        ]
        return f"""\
listeners.tcp.default = {AMQP}
management.tcp.port = {MANAGEMENT}
loopback_users.guest = false
log.console = true
cluster_formation.peer_discovery_backend = classic_config
cluster_formation.target_cluster_size_hint = {len(NAMES)}
{"".join(nodes)}"""


class Trio:
    """The three, running as one cluster."""

    def __init__(self, cables: Cables, members: list[Member]) -> None:
        self.cables = cables
        self.members = members
        with ThreadPoolExecutor(len(members)) as starts:
            for start in [starts.submit(member.start) for member in members]:
                start.result()
        wait_until(self._is_whole, "a cluster of three")

    @property
    def network(self) -> Path:
        """The network namespace for workers."""
        return self.cables.hub

    @cached_property
    def url(self) -> str:
        """The address of all three for MQ_URL."""
        hosts = ",".join(f"{member.address}:{AMQP}" for member in self.members)
        return f"amqp://{LOGIN}:{LOGIN}@{hosts}/"

    def at(self, broker: str) -> Member:
        """Return the member that a worker's log line names."""
        (member,) = (each for each in self.members if broker.startswith(f"{each.address}:"))
        return member

    def leader(self, queue: str) -> Member:
        """Return the member that leads a queue."""
        node = wait_until(lambda: self.members[0].leader(queue), "a leader")
        (member,) = (each for each in self.members if each.node == node)
        return member

    def settle(self) -> None:
        """Wait until each of the three may end without a queue losing its majority."""
        wait_until(lambda: all(member.is_dispensable() for member in self.members), "quorums")

    def _is_whole(self) -> bool:
        return all(
            member.ask("/api/health/checks/reached-target-cluster-size")[0] == 200
            for member in self.members
        )


@contextmanager
def running() -> Iterator[Trio]:
    """Give a cluster of three, and take it away again."""
    with ExitStack() as stack:
        cables = stack.enter_context(Cables(NAMES))
        members = [stack.enter_context(Member(name, cables)) for name in NAMES]
        yield Trio(cables, members)


def wait_until(look: Callable[[], Made], what: str) -> Made:
    """Wait until `look` finds something, and return it."""
    deadline = monotonic() + START_S
    while not (found := look()):
        assert monotonic() < deadline, f"no {what} in {START_S} s"
        sleep(LOOK_S)
    return found
