"""Liveness is the I/O loop's own; readiness is whether messages move."""

from __future__ import annotations

from time import monotonic

import pytest
from prometheus_client import CollectorRegistry

from tests.apps.conftest import Bench
from tests.apps.running import ask
from workers import health
from workers.health import LIVE_WITHIN, Status


@pytest.fixture
def status() -> Status:
    status = Status()
    status.connected = True
    return status


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("connected", False, "not connected"),
        ("blocked", True, "blocked by the broker"),
        ("draining", True, "draining"),
        ("hindrance", "messages reach no queue", "messages reach no queue"),
    ],
)
def test_each_hindrance_ends_readiness_but_not_life(
    status: Status, field: str, value: object, reason: str
) -> None:
    assert status.unready is None
    setattr(status, field, value)
    assert status.unready == reason
    assert status.stuck is None


def test_a_loop_that_does_not_turn_ends_life(status: Status) -> None:
    status.ticked_at = monotonic() - LIVE_WITHIN - 1
    assert status.stuck == "the I/O loop has not turned for 11 s"


def test_a_handler_that_nothing_can_interrupt_ends_life(status: Status) -> None:
    status.wedged = "a handler has run for 60 s and cannot be interrupted"
    assert status.stuck == status.wedged


def test_the_server_answers_what_the_status_says(status: Status) -> None:
    port = health.serve(0, status, CollectorRegistry())
    assert ask(port, "/livez") == (200, "ok\n")
    assert ask(port, "/readyz") == (200, "ok\n")
    status.blocked = True
    assert ask(port, "/readyz") == (503, "blocked by the broker\n")
    assert ask(port, "/metrics")[0] == 200
    assert ask(port, "/") == (404, "there are /livez, /readyz and /metrics\n")


@pytest.mark.needs("broker")
def test_a_port_in_use_is_a_fault_of_the_configuration(bench: Bench) -> None:
    port = bench.start("consume").wait_for("listening")["port"]
    second = bench.start("consume", health_port=port)
    assert second.exit_code() == 2
    assert [line["line"] for line in second.lines] == [
        f"MQ_HEALTH_PORT={port}: Address already in use"
    ]
