"""The broker ends, stops or freezes, and comes back."""

from __future__ import annotations

import pytest

from tests.apps.faults.flow import Flow
from tests.support.frozen import frozen

pytestmark = pytest.mark.needs("broker")

BACK_WITHIN = 10.0
"""Seconds after the broker serves again; its queues have to elect their leaders first."""
HEARTBEATS_S = 12.0
"""Seconds in which pika finds a peer dead, with a heartbeat of one second: twice one and five."""


def test_the_broker_is_killed_with_the_window_full(flow: Flow) -> None:
    producer, consumer = flow.starts(rate=0, window=500)
    flow.bench.broker.kill()
    for worker in (producer, consumer):
        worker.wait_for("disconnected")
    flow.bench.broker.start()
    flow.recovers(within=BACK_WITHIN)
    assert producer.metric("republished_total") > 0
    flow.ends()


def test_the_broker_is_stopped_and_started(flow: Flow) -> None:
    producer, consumer = flow.starts()
    flow.bench.broker.stop()
    for worker in (producer, consumer):
        # It says so (320) before it hangs up, unless it has no time for that.
        assert worker.wait_for("disconnected")["reason"] in {"closed_by_broker", "connection_lost"}
    flow.bench.broker.start()
    flow.recovers(within=BACK_WITHIN)
    flow.ends()


def test_the_application_is_stopped_in_a_broker_that_runs_on(flow: Flow) -> None:
    producer, consumer = flow.starts()
    flow.bench.broker.ctl("stop_app")
    try:
        for worker in (producer, consumer):
            worker.wait_for("disconnected")
    finally:
        flow.bench.broker.ctl("start_app")
    flow.recovers(within=BACK_WITHIN)
    flow.ends()


def test_the_broker_freezes_for_longer_than_its_heartbeats(flow: Flow) -> None:
    producer, consumer = flow.starts(confirm_timeout=60)
    with frozen(flow.bench.broker.pid):
        for worker in (producer, consumer):
            lost = worker.wait_for("disconnected")
            assert lost["reason"] == "heartbeat"
            assert worker.ask("/livez") == (200, "ok\n")
            assert worker.ask("/readyz") == (503, "not connected\n")
    flow.recovers(within=BACK_WITHIN)
    flow.ends()


def test_the_broker_freezes_for_less(flow: Flow) -> None:
    producer, consumer = flow.starts(confirm_timeout=60)
    with frozen(flow.bench.broker.pid):
        sent = producer.sent
        producer.until(lambda: producer.sent >= sent + 50, "a window that fills")
    flow.recovers(within=BACK_WITHIN)
    for worker in (producer, consumer):
        assert not worker.find("disconnected")
    flow.ends()
    assert flow.figures.duplicates == 0
