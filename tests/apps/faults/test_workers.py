"""Workers are killed and stopped in the midst of their work, and handlers fail."""

from __future__ import annotations

import signal
from pathlib import Path
from time import monotonic

import pytest

from tests.apps.faults.conftest import DELIVERY_LIMIT
from tests.apps.faults.flow import Flow

pytestmark = pytest.mark.needs("broker")

START_WITHIN = 15.0
"""Seconds for a new process and its first message."""


def test_a_consumer_is_killed_in_a_handler(flow: Flow) -> None:
    producer = flow.produce()
    killed = flow.consume(seconds=0.02, handler="trial:slow", threads=10)
    producer.wait_for("confirmed")
    killed.until(lambda: killed.metric("in_hand") >= 10 and killed.handled, "handlers at work")
    killed.signal(signal.SIGKILL)
    killed.exit_code()
    second = flow.consume()
    flow.recovers(within=START_WITHIN)
    assert sum(line["redelivered"] for line in second.find("handled")) >= 10
    flow.ends(killed=(killed,))


@pytest.mark.parametrize(
    "keeps_a_mark", [True, False], ids=["one that keeps a mark", "one without a mark"]
)
def test_a_producer_is_killed(flow: Flow, tmp_path: Path, keeps_a_mark: bool) -> None:
    mark = {"resume": tmp_path / "mark"} if keeps_a_mark else {}
    killed, consumer = flow.starts(window=500, rate=2000, **mark)
    killed.signal(signal.SIGKILL)
    killed.exit_code()
    producer = flow.produce(**mark)
    flow.recovers(within=START_WITHIN)
    flow.ends(killed=(killed,))
    instances = {id_.rpartition("-")[0] for id_ in consumer.handled}
    assert len(instances) == (1 if keeps_a_mark else 2)
    last = len(producer.confirmed)
    if keeps_a_mark:
        (instance,) = instances
        assert {f"{instance}-{n}" for n in range(1, last + 1)} == set(consumer.handled)


def test_a_consumer_is_told_to_stop_with_many_messages_in_flight(flow: Flow) -> None:
    producer = flow.produce(rate=1000)
    first = flow.consume(seconds=0.1, handler="trial:slow", threads=10, prefetch=300)
    producer.wait_for("confirmed")
    first.until(lambda: first.metric("in_hand") >= 300, "a full prefetch")
    assert first.stop() == 0
    flow.consume()
    flow.recovers(within=START_WITHIN)
    flow.ends(killed=(first,))
    assert flow.figures.duplicates == 0, "what was handed back had been handled"


def test_a_producer_is_told_to_stop_with_its_window_full(flow: Flow) -> None:
    first, _ = flow.starts(rate=0, window=1000)
    first.until(lambda: first.metric("unconfirmed") >= 500, "a window at work")
    assert first.stop() == 0
    flow.produce()
    flow.recovers(within=START_WITHIN)
    flow.ends(killed=(first,))
    assert flow.figures.duplicates == 0


def test_a_handler_takes_longer_than_two_heartbeats(flow: Flow) -> None:
    # With a heartbeat of one second RabbitMQ hangs up on a client that is silent for two.
    producer = flow.produce(rate=2, count=6)
    consumer = flow.consume(seconds=5.0, handler="trial:slow", threads=3)
    assert producer.exit_code() == 0
    began = monotonic()
    consumer.until(lambda: len(consumer.handled) == 6, "all messages")
    flow.figures.recovery_s = round(monotonic() - began, 1)
    assert flow.figures.recovery_s < 2 * 5.0 + 10
    assert not consumer.find("disconnected")
    flow.ends(killed=(producer,))
    assert flow.figures.duplicates == 0


def poison(instance: str, count: int) -> set[str]:
    """Return the ids whose bodies end in 3!."""
    return {f"{instance}-{n}" for n in range(1, count + 1) if n % 10 == 3}


@pytest.mark.parametrize("handler", ["fail_on_poison", "exit_on_poison", "reject_poison"])
def test_poison_comes_with_a_prefetch_of_many(flow: Flow, handler: str) -> None:
    producer = flow.produce(count=40)
    consumer = flow.consume(handler=f"trial:{handler}", prefetch=50)
    assert producer.exit_code() == 0
    began = monotonic()
    spoilt = poison(producer.wait_for("confirmed")["instance"], 40)
    consumer.until(lambda: flow.bench.broker.depth(flow.bench.dead) == len(spoilt), "dead letters")
    flow.figures.recovery_s = round(monotonic() - began, 1)
    assert flow.figures.recovery_s < 15
    flow.ends(killed=(producer,), poison=spoilt)
    assert len(consumer.handled) == 36
    attempts = 1 if handler == "reject_poison" else DELIVERY_LIMIT + 1
    assert len(consumer.find("rejected") + consumer.find("failed")) == attempts * len(spoilt)


def test_a_message_kills_each_worker_that_handles_it_with_a_prefetch_of_many(flow: Flow) -> None:
    # Few deliveries, so that those which only waited beside it would be dead letters, too.
    flow.bench.redeclare(delivery_limit=3)
    producer = flow.produce(count=20)
    assert producer.exit_code() == 0
    spoilt = poison(producer.wait_for("confirmed")["instance"], 20)
    began = monotonic()
    while flow.consume(handler="trial:die", prefetch=50):
        worker = flow.consumers[-1]
        worker.until(
            lambda worker=worker: worker.ended or flow.bench.dead_letters >= len(spoilt),
            "an end, or dead letters",
        )
        if not worker.ended:
            break
        assert len(flow.consumers) <= 4 * len(spoilt), "it is killed without an end"
    flow.figures.recovery_s = round(monotonic() - began, 1)
    worker.wait_for("connected")
    flow.ends(killed=(producer, *flow.consumers[:-1]), poison=spoilt)
    assert flow.figures.handled == 18
