"""A session with a server that sends what none should ends with a fault, and with nothing worse."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from time import monotonic
from typing import TypeAlias

import pytest

from tests.apps.faults import wrong
from tests.apps.impostor import Conversation, Impostor, Script
from workers.consumer import Consumer
from workers.crew import Crew
from workers.health import Status
from workers.intake import Intake
from workers.message import Message
from workers.metrics import ConsumerMetrics, ProducerMetrics
from workers.pace import Pace
from workers.producer import Producer
from workers.session import Role, Session
from workers.settings import Settings
from workers.supply import Direct

LONGEST = 4.0
"""Seconds; those for a connection, a confirm or a close, and what the machine adds."""

Maker: TypeAlias = Callable[[Settings], Role]


def nothing(_message: Message) -> None:
    """Handle at once."""


def consumer(settings: Settings) -> Role:
    status = Status()
    return Consumer(settings, Crew(settings, nothing, None), status, ConsumerMetrics(status))


def producer(settings: Settings) -> Role:
    status, pace = Status(), Pace(100.0, monotonic())
    intake = Intake(Direct(repeat(b"x")), "trial", pace, largest=1000)
    return Producer(settings, intake, status, ProducerMetrics(status))


CASES = [
    *((consumer, name, script) for name, script in wrong.LOGIN.items()),
    *((consumer, name, script) for name, script in wrong.CONSUMED.items()),
    *((producer, name, script) for name, script in wrong.PUBLISHED.items()),
]


@pytest.mark.parametrize(
    ("maker", "name", "script"), [pytest.param(*case, id=case[1]) for case in CASES]
)
def test_the_session_ends_with_a_fault_soon(maker: Maker, name: str, script: Script) -> None:
    def then_hang_up(peer: Conversation) -> None:
        script(peer)
        if name not in wrong.UNNOTICED:
            peer.stay()

    with Impostor(then_hang_up) as impostor:
        settings = Settings.model_validate(
            {"url": impostor.url, "MQ_CH": "queue", "connect_timeout": 1, "confirm_timeout": 1}
        )
        role = maker(settings)
        host, began = settings.broker.hosts[0], monotonic()
        fault = Session(settings, host, role, lambda _session: role.tick()).run()
    assert fault is not None
    if name in wrong.UNNOTICED:
        assert fault.reason in {"unreachable", "connection_lost", "confirm_timeout"}, fault
    elif name == "a close in the login":
        assert fault.reason == "connection_lost"
    else:
        assert fault.reason == "protocol", fault
    assert monotonic() - began < LONGEST
