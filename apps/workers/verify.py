"""The checks of a release that is there: what `helm test` finds out beside sending a message."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pika
from pika.adapters.blocking_connection import BlockingConnection
from pika.exceptions import AMQPError, ChannelClosedByBroker

from workers.address import Host
from workers.exits import Exit
from workers.faults import judge
from workers.management import Management, NoHostError, UnansweredError
from workers.session import connection_parameters
from workers.settings import Settings

REFUSED = 403
CONNECT_WITHIN = 5.0
CLUSTER_SIZE = "/api/health/checks/reached-target-cluster-size"


class FailedError(Exception):
    """A check did not find what it should; the text says what it found."""


@dataclass(frozen=True)
class Expectations:
    """What is to be true of the release."""

    may_not_declare: bool = False
    management: Management | None = None
    """Where to ask whether all brokers have joined."""
    closed: tuple[int, ...] = ()
    """Ports at which the broker must not answer."""


Check = Callable[[], str]


def verify(settings: Settings, expected: Expectations) -> Exit:
    """Make every check, write a line for each, and tell whether all hold."""
    failed = False
    for make in _checks(settings, expected):
        try:
            sys.stdout.write(f"ok      {make()}\n")
        except FailedError as error:
            failed = True
            sys.stdout.write(f"FAILED  {error}\n")
    return Exit.FAILED if failed else Exit.DRAINED


def _checks(settings: Settings, expected: Expectations) -> Iterator[Check]:
    hosts = settings.broker.hosts
    for host in hosts:
        yield lambda host=host: _login(settings, host)  # type: ignore[misc]
    if expected.may_not_declare:
        yield lambda: _declares_nothing(settings)
    if expected.management:
        management = expected.management
        yield lambda: _all_joined(management)
    for port in expected.closed:
        for host in hosts:
            yield lambda host=host, port=port: _closed(host.name, port)  # type: ignore[misc]


def _connect(settings: Settings, host: Host) -> BlockingConnection:
    try:
        return pika.BlockingConnection(connection_parameters(settings, host))
    except (AMQPError, OSError) as error:
        broker, user = settings.broker.at(host), settings.broker.username
        fault = judge(error)
        raise FailedError(
            f"{user} cannot log in at {broker}: {fault.reason}, {fault.text}"
        ) from None


def _login(settings: Settings, host: Host) -> str:
    """Log in, over TLS if the address asks for it: then the broker has proven who it is."""
    _connect(settings, host).close()
    how = "over TLS, and its certificate holds" if settings.broker.tls else "in the clear"
    return f"{settings.broker.username} logs in at {settings.broker.at(host)}, {how}"


def _declares_nothing(settings: Settings) -> str:
    """Try to declare a queue, which the user of workers has no right to."""
    queue = f"{settings.queue}.must-not-be"
    connection = _connect(settings, settings.broker.hosts[0])
    try:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_delete(queue)
    except ChannelClosedByBroker as error:
        if error.reply_code == REFUSED:
            return f"{settings.broker.username} may declare nothing"
        raise FailedError(f"declaring {queue} ended in {error.reply_text}") from None
    finally:
        if connection.is_open:
            connection.close()
    raise FailedError(f"{settings.broker.username} may declare queues; expected a refusal")


def _all_joined(management: Management) -> str:
    """Ask whether as many brokers as the values say are one cluster; nobody has to log in."""
    try:
        status, body = management.get(CLUSTER_SIZE)
    except (NoHostError, UnansweredError) as error:
        raise FailedError(f"the management API does not answer: {error}") from None
    if status == 200:
        return "all brokers have joined the cluster"
    try:
        reason = json.loads(body).get("reason")
    except (ValueError, AttributeError):
        reason = None
    raise FailedError(f"{management.url}{CLUSTER_SIZE} answers {status}: {reason or 'no reason'}")


def _closed(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), CONNECT_WITHIN).close()
    except OSError:
        return f"{host}:{port} is closed"
    raise FailedError(f"{host}:{port} answers; expected no listener without TLS")
