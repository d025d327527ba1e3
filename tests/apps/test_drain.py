"""SIGTERM: finish what is in flight, hand the rest back, exit 0."""

from __future__ import annotations

import signal
import time

import pytest

from tests.apps.conftest import Bench, failed_deliveries
from workers.drain import ECHO

pytestmark = pytest.mark.needs("broker")


def test_a_producer_waits_for_its_confirms(bench: Bench) -> None:
    producer = bench.start("produce")
    producer.wait_for("confirmed")
    assert producer.stop() == 0
    assert bench.broker.depth(bench.queue) == len(producer.confirmed)


def test_a_consumer_finishes_what_runs_and_hands_back_what_waits(bench: Bench) -> None:
    produced = bench.produce(100)
    consumer = bench.start("consume", prefetch=50, threads=4, seconds=0.3, handler="trial:slow")
    consumer.wait_for("handled")
    assert consumer.stop() == 0
    rest = bench.fetch(bench.queue)
    assert 4 <= len(consumer.handled) <= 16
    assert {properties.message_id for properties, _ in rest} == produced - set(consumer.handled)
    assert not [properties for properties, _ in rest if failed_deliveries(properties)]


def test_readiness_goes_before_the_work_does(bench: Bench) -> None:
    bench.produce(1)
    consumer = bench.start("consume", seconds=2, handler="trial:slow")
    consumer.until(lambda: consumer.ask("/readyz")[0] == 200, "readiness")
    consumer.signal(signal.SIGTERM)
    consumer.until(lambda: consumer.ask("/readyz") == (503, "draining\n"), "draining")
    assert consumer.ask("/livez") == (200, "ok\n")
    assert consumer.exit_code() == 0


def test_a_handler_longer_than_the_grace_period_costs_the_exit_code_not_the_message(
    bench: Bench,
) -> None:
    bench.produce(1)
    consumer = bench.start("consume", grace=0.5, seconds=60, handler="trial:slow")
    consumer.until(lambda: consumer.metric("in_hand") == 1, "a handler at work")
    assert consumer.stop() == 4
    consumer.wait_for("undrained", in_flight=1)
    assert bench.start("consume", count=1).exit_code() == 0


def test_a_later_signal_ends_at_once(bench: Bench) -> None:
    bench.produce(1)
    consumer = bench.start("consume", seconds=60, handler="trial:slow")
    consumer.until(lambda: consumer.metric("in_hand") == 1, "a handler at work")
    consumer.signal(signal.SIGTERM)
    consumer.until(lambda: consumer.ask("/readyz") == (503, "draining\n"), "draining")
    time.sleep(ECHO)
    assert consumer.stop() == 4


def test_a_signal_that_comes_twice_is_one_request(bench: Bench) -> None:
    bench.produce(1)
    consumer = bench.start("consume", seconds=1, handler="trial:slow")
    consumer.until(lambda: consumer.metric("in_hand") == 1, "a handler at work")
    consumer.signal(signal.SIGTERM)
    consumer.until(lambda: consumer.ask("/readyz") == (503, "draining\n"), "draining")
    assert consumer.stop() == 0


def test_a_worker_that_never_got_a_connection_has_nothing_to_drain(bench: Bench) -> None:
    producer = bench.start("produce", url="amqp://u:p@127.0.0.1:1")
    producer.wait_for("disconnected", reason="unreachable")
    assert producer.stop() == 0
