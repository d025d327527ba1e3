"""A host that answers too little is given up in time, wherever it stops."""

from __future__ import annotations

import socket
from time import monotonic

import pytest

from tests.apps.conftest import Bench
from tests.apps.impostor import Conversation, Impostor, Script
from workers.drain import Drain
from workers.exits import Exit
from workers.faults import Fault
from workers.health import Status
from workers.metrics import Metrics
from workers.session import Session
from workers.settings import Settings
from workers.wait import Waiter
from workers.worker import Worker

TIMEOUT = 0.5
SOON = 1.0
"""Seconds beyond a timeout in which a session has to be over, on a machine with other work."""


def silent(_peer: Conversation) -> None:
    """Answer nothing at all."""


def begun(peer: Conversation) -> None:
    """Stop in the middle of the login."""
    peer.begin()


def logged_in(peer: Conversation) -> None:
    """Open no channel."""
    peer.greet()


def without_queue(peer: Conversation) -> None:
    """Say nothing of the queue."""
    peer.greet()
    peer.open_channel()


def stopping(script: Script) -> Script:
    """Return a script that says nothing after another one."""

    def stay_there(peer: Conversation) -> None:
        script(peer)
        peer.stay()

    return stay_there


def settings(url: str, **given: object) -> Settings:
    return Settings.model_validate({"url": url, "MQ_CH": "queue", **given})


def session(url: str, timeout: float) -> tuple[Fault | None, float]:
    """Hold a session, and return its fault and how many seconds it took."""
    told = settings(url, connect_timeout=timeout)
    started = monotonic()
    fault = Session(told, told.broker.hosts[0], Waiter(), lambda _session: None).run()
    return fault, monotonic() - started


@pytest.mark.parametrize(
    ("script", "unanswered"),
    [
        (silent, "the connection"),
        (begun, "the connection"),
        (logged_in, "the opening of a channel"),
        (without_queue, "the question for the queue"),
    ],
)
def test_the_time_ends_wherever_the_host_stops_answering(script: Script, unanswered: str) -> None:
    with Impostor(stopping(script)) as impostor:
        fault, took = session(impostor.url, TIMEOUT)
    assert fault == Fault("connect_timeout", f"no answer to {unanswered} in 0.5 s")
    assert TIMEOUT <= took < TIMEOUT + SOON


def test_over_tls_the_time_ends_too() -> None:
    with Impostor(stopping(silent)) as impostor:
        fault, took = session(impostor.url.replace("amqp:", "amqps:"), TIMEOUT)
        assert fault == Fault("connect_timeout", "no answer to the connection in 0.5 s")
        assert took < TIMEOUT + SOON


def test_a_host_that_takes_no_connection_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as first:
        # Linux drops what comes to a full queue of connections, as a firewall would.
        address = full.getsockname()
        first.connect(address)
        fault, took = session(f"amqp://guest:guest@127.0.0.1:{address[1]}", TIMEOUT)
    assert fault is not None
    assert fault.reason in {"connect_timeout", "unreachable"}
    assert took < TIMEOUT + SOON


def test_a_host_that_answers_in_time_is_left_alone_by_the_timer() -> None:
    class Lingering(Waiter):
        def begin(self, session: Session) -> None:
            session.call_later(2 * TIMEOUT, session.finish)

    with Impostor(stopping(Conversation.be_a_broker)) as impostor:
        told = settings(impostor.url, connect_timeout=TIMEOUT)
        fault = Session(told, told.broker.hosts[0], Lingering(), lambda _session: None).run()
    assert fault is None


@pytest.mark.parametrize("script", [silent, begun, logged_in, without_queue])
def test_a_worker_told_to_stop_while_a_host_hangs_stops_in_good_order(
    script: Script,
) -> None:
    with Impostor(stopping(script)) as impostor:
        status, drain = Status(), Drain(grace=5.0, after=0.3)
        worker = Worker(settings(impostor.url), Waiter(), drain, status, Metrics(status), 60.0)
        started = monotonic()
        assert worker.run() is Exit.DRAINED
        assert monotonic() - started < 0.3 + 2.0 + SOON


def test_waits_between_rounds_are_no_longer_than_told(monkeypatch: pytest.MonkeyPatch) -> None:
    caps = []

    def backoff(cap: float) -> object:
        caps.append(cap)
        raise ZeroDivisionError

    monkeypatch.setattr("workers.worker.Backoff", backoff)
    status = Status()
    told = settings("amqp://guest:guest@127.0.0.1:1", reconnect_wait=7)
    with pytest.raises(ZeroDivisionError):
        Worker(told, Waiter(), Drain(1.0), status, Metrics(status), 60.0).run()
    assert caps == [7.0]


@pytest.mark.needs("broker")
def test_a_worker_goes_on_from_a_host_that_hangs_to_one_that_answers(bench: Bench) -> None:
    with Impostor(stopping(begun)) as first, Impostor(stopping(silent)) as second:
        hosts = f"127.0.0.1:{first.port},127.0.0.1:{second.port},127.0.0.1:{bench.broker.amqp_port}"
        producer = bench.start(
            "produce", url=f"amqp://guest:guest@{hosts}", count=10, connect_timeout=TIMEOUT
        )
        assert producer.exit_code() == 0
    assert len(producer.confirmed) == 10
    waits = [line["retry_in"] for line in producer.find("disconnected", reason="connect_timeout")]
    assert not any(waits)
