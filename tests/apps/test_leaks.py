"""A worker that reconnects thousands of times is no bigger for it."""

from __future__ import annotations

import gc
import logging
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path

import pytest

from tests.apps.conftest import Bench
from tests.support.broker import free_ports
from workers import Message
from workers.backoff import Backoff
from workers.consumer import Consumer
from workers.crew import Crew
from workers.drain import Drain
from workers.exits import Exit
from workers.faults import Fault
from workers.health import Status
from workers.intake import Intake
from workers.metrics import ConsumerMetrics, ProducerMetrics
from workers.pace import Pace
from workers.producer import Producer
from workers.session import Role, Session
from workers.settings import Settings
from workers.supply import Direct
from workers.worker import Worker

pytestmark = pytest.mark.needs("broker")

WARM_UP = 250
"""Sessions after which the process is as big as it gets."""
MAY_GROW = 16 * 1024
"""Bytes, for all sessions after these."""


class Unlucky:
    """A role that loses each of its connections as soon as it works, in one way or another.

    It finishes in the last of its `sessions`. `after` is called with the number of those so far
    whenever one has ended.
    """

    in_flight = 0

    def __init__(self, role: Role, sessions: int, after: Callable[[int], None]) -> None:
        self._role = role
        self._last = sessions
        self._after = after
        self.sessions = 0

    def begin(self, session: Session) -> None:
        self.sessions += 1
        self._role.begin(session)
        session.call_later(0, lambda: self._lose(session))

    def tick(self) -> None:
        self._role.tick()

    def drain(self) -> None:
        self._role.drain()

    def end(self) -> None:
        self._role.end()
        self._after(self.sessions)

    def _lose(self, session: Session) -> None:
        if self.sessions == self._last:
            session.finish()
        elif self.sessions % 2:
            session.drop(Fault("trial", "given up by the worker"))
        else:
            session.channel.queue_declare("there-is-none", passive=True)


def nothing(_message: Message) -> None:
    """Handle at once."""


def consumer(settings: Settings, status: Status) -> tuple[Role, ConsumerMetrics]:
    metrics = ConsumerMetrics(status)
    return Consumer(settings, Crew(settings, nothing, None), status, metrics), metrics


def producer(settings: Settings, status: Status) -> tuple[Role, ProducerMetrics]:
    metrics = ProducerMetrics(status)
    intake = Intake(Direct(repeat(b"x")), "trial", Pace(10.0, 0.0), largest=1000)
    return Producer(settings, intake, status, metrics), metrics


class Footprint:
    """What the process holds after WARM_UP and at the end: traced bytes, open files, threads."""

    def __init__(self, last: int) -> None:
        self.taken: dict[int, tuple[int, int, int]] = {}
        self._last = last

    def take(self, session: int) -> None:
        if session in (WARM_UP, self._last):
            gc.collect()
            files = len(list(Path("/proc/self/fd").iterdir()))
            traced = tracemalloc.get_traced_memory()[0]
            self.taken[session] = (traced, files, threading.active_count())


@pytest.fixture
def silence() -> Iterator[None]:
    """Log nothing: pytest keeps every record, and that would be taken for a leak."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(("role_of", "sessions"), [(consumer, 2500), (producer, 2500)])
def test_thousands_of_reconnects_leave_no_memory_socket_or_thread(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    role_of: Callable[[Settings, Status], tuple[Role, ConsumerMetrics | ProducerMetrics]],
    sessions: int,
) -> None:
    monkeypatch.setattr("workers.worker.Backoff", lambda *_, **__: Backoff(base=0.0))
    nobody = free_ports(1)[0]
    url = bench.broker.url().replace("127.0.0.1:", f"127.0.0.1:{nobody},127.0.0.1:")
    settings = Settings.model_validate({"url": url, "MQ_CH": bench.queue, "window": 5})
    status, footprint = Status(), Footprint(sessions)
    role, metrics = role_of(settings, status)
    unlucky = Unlucky(role, sessions, footprint.take)
    tracemalloc.start()
    try:
        end = Worker(settings, unlucky, Drain(1.0), status, metrics, patience=0.0).run()
    finally:
        tracemalloc.stop()
    assert end is Exit.DRAINED
    assert unlucky.sessions == sessions
    (before, *things), (after, *things_after) = footprint.taken.values()
    assert after - before < MAY_GROW
    assert things_after == things
