"""Messages flow from a producer to a consumer through a real broker."""

from __future__ import annotations

from time import monotonic, time

import pytest

from tests.apps.conftest import Bench, failed_deliveries

pytestmark = pytest.mark.needs("broker")


def test_what_was_produced_is_consumed_once_each(bench: Bench) -> None:
    produced = bench.produce(2000)
    consumer = bench.start("consume", count=2000)
    assert consumer.exit_code() == 0
    assert len(produced) == 2000
    assert consumer.handled == dict.fromkeys(produced, 1)
    assert bench.broker.depth(bench.queue) == 0


def test_a_message_says_all_that_a_consumer_may_need(bench: Bench) -> None:
    [id_] = bench.produce(1)
    [(properties, body)] = bench.fetch(bench.queue)
    assert body == b"Hello World 1!"
    assert properties.message_id == id_
    assert properties.delivery_mode == 2
    assert properties.content_type == "text/plain"
    assert properties.app_id == "workers"
    assert properties.timestamp == pytest.approx(time(), abs=30)
    assert properties.headers is None


def test_a_consumer_with_a_count_hands_the_rest_back_unharmed(bench: Bench) -> None:
    bench.produce(150)
    consumer = bench.start("consume", count=20, prefetch=100)
    assert consumer.exit_code() == 0
    assert len(consumer.handled) == 20
    rest = bench.fetch(bench.queue)
    assert len(rest) == 130
    assert not [properties for properties, _ in rest if failed_deliveries(properties)]


def test_the_rate_is_kept(bench: Bench) -> None:
    producer = bench.start("produce", rate=50, count=100)
    producer.wait_for("connected")
    started = monotonic()
    assert producer.exit_code() == 0
    assert monotonic() - started == pytest.approx(2.0, abs=0.7)


def test_several_handlers_finish_out_of_order_and_all_is_acknowledged(bench: Bench) -> None:
    produced = bench.produce(300)
    consumer = bench.start("consume", count=300, threads=8, seconds=0.01, handler="trial:slow")
    assert consumer.exit_code() == 0
    assert consumer.handled == dict.fromkeys(produced, 1)
    assert bench.broker.depth(bench.queue) == 0


def test_a_handler_slower_than_two_heartbeats_keeps_its_connection(bench: Bench) -> None:
    bench.produce(1)
    consumer = bench.start("consume", count=1, heartbeat=1, seconds=4, handler="trial:slow")
    assert consumer.exit_code() == 0
    assert not consumer.find("disconnected")
    assert bench.broker.depth(bench.queue) == 0


def test_wait_ends_once_the_queue_is_there(bench: Bench) -> None:
    bench.broker.delete(bench.queue)
    waiter = bench.start("wait")
    waiter.wait_for("disconnected", reason="no_queue")
    bench.declare()
    assert waiter.exit_code() == 0
    waiter.wait_for("found", queue=bench.queue)


def test_wait_gives_up_in_time(bench: Bench) -> None:
    waiter = bench.start("wait", ch="no-such-queue", wait_timeout=1)
    assert waiter.exit_code() == 1
    waiter.wait_for("gave_up", queue="no-such-queue")
