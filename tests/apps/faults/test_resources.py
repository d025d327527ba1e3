"""The broker runs out of memory or disk: publishers are held back, consumers go on."""

from __future__ import annotations

import pytest

from tests.apps.faults.flow import Flow

pytestmark = pytest.mark.needs("broker")

BLOCKED = (503, "blocked by the broker\n")
BACK_WITHIN = 10.0


@pytest.mark.parametrize(
    ("on", "off"),
    [
        (("set_vm_memory_high_watermark", "0"), ("set_vm_memory_high_watermark", "0.6")),
        (("set_disk_free_limit", "1000000GB"), ("set_disk_free_limit", "50MB")),
    ],
    ids=["memory", "disk"],
)
def test_an_alarm_is_on_for_a_while(flow: Flow, on: tuple[str, ...], off: tuple[str, ...]) -> None:
    # Shorter than the alarm: a producer that is held back must not take that for a dead peer.
    producer, consumer = flow.starts(confirm_timeout=1)
    flow.bench.broker.ctl(*on)
    try:
        producer.wait_for("blocked")
        producer.until(lambda: producer.ask("/readyz") == BLOCKED, "unreadiness")
        assert producer.ask("/livez") == (200, "ok\n")
        assert consumer.ask("/readyz") == (200, "ok\n")
        before = producer.sent
        held = lambda: producer.metric("held_seconds_total", reason="blocked") > 2  # noqa: E731
        producer.until(held, "a pause of two seconds")
        assert producer.sent == before
    finally:
        flow.bench.broker.ctl(*off)
    flow.recovers(within=BACK_WITHIN)
    producer.until(lambda: producer.ask("/readyz") == (200, "ok\n"), "readiness")
    for worker in (producer, consumer):
        assert not worker.find("disconnected")
    flow.ends()
    assert flow.figures.duplicates == 0
