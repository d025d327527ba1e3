"""Batches, deadlines, processes, retries and de-duplication, with a real broker."""

from __future__ import annotations

import signal
from functools import partial
from time import monotonic
from typing import Any

import pytest
from pika import BasicProperties

from tests.apps.conftest import DELIVERY_LIMIT, Bench, failed_deliveries
from tests.apps.running import Running
from tests.apps.tables import timestamp, with_headers

pytestmark = pytest.mark.needs("broker")

POOLS = ["threads", "processes"]
RETRY_MS = 300


@pytest.mark.parametrize("pool", POOLS)
def test_a_batch_handler_gets_many_at_once_and_all_is_acknowledged(bench: Bench, pool: str) -> None:
    produced = bench.produce(200)
    consumer = bench.start(
        "consume", handler="trial:add_up", pool=pool, count=200, prefetch=100, batch=40
    )
    assert consumer.exit_code() == 0
    sizes = [line["size"] for line in consumer.find("batch")]
    assert sum(sizes) == 200
    assert max(sizes) == 40
    assert consumer.handled == dict.fromkeys(produced, 1)
    assert bench.broker.depth(bench.queue) == 0


@pytest.mark.parametrize("pool", POOLS)
def test_a_batch_handler_may_fail_some_and_refuse_some(bench: Bench, pool: str) -> None:
    bench.produce(20)
    consumer = bench.start("consume", handler="trial:fail_poison_of_many", pool=pool)
    consumer.until(lambda: bench.broker.depth(bench.dead) == 4, "four dead letters")
    assert consumer.stop() == 0
    assert len(consumer.handled) == 16
    assert len(consumer.find("rejected")) == 2
    assert len(consumer.find("failed")) == 2 * (DELIVERY_LIMIT + 1)
    dead = sorted(body for _, body in bench.fetch(bench.dead))
    assert dead == [b"Hello World %d!" % n for n in (13, 17, 3, 7)]


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("handler", ["trial:fail_all", "trial:blame_a_stranger"])
def test_a_batch_that_fails_as_a_whole_comes_again(bench: Bench, handler: str, pool: str) -> None:
    bench.produce(5)
    consumer = bench.start("consume", handler=handler, pool=pool, batch_wait=0.01)
    consumer.until(lambda: bench.broker.depth(bench.dead) == 5, "all in the dead letters")
    assert consumer.stop() == 0
    assert not consumer.handled


@pytest.mark.parametrize("pool", POOLS)
def test_a_handler_over_its_time_is_ended_and_holds_up_nothing(bench: Bench, pool: str) -> None:
    bench.produce(5)
    consumer = bench.start("consume", handler="trial:wait_for_long", pool=pool, handler_timeout=0.3)
    consumer.until(lambda: bench.broker.depth(bench.dead) == 1, "a dead letter")
    assert consumer.ask("/livez") == (200, "ok\n")
    assert consumer.stop() == 0
    assert len(consumer.handled) == 4
    timeouts = consumer.find("timeout")
    assert len(timeouts) == DELIVERY_LIMIT + 1
    assert timeouts[0]["detail"] == "the handler ran longer than 0.3 s"


def test_a_thread_that_cannot_be_interrupted_ends_liveness_and_loses_nothing(bench: Bench) -> None:
    produced = bench.produce(3)
    consumer = bench.start("consume", handler="trial:stuck_in_c", handler_timeout=0.5)
    consumer.until(lambda: consumer.ask("/livez")[0] == 503, "the end of liveness")
    _, words = consumer.ask("/livez")
    assert "cannot be interrupted" in words
    consumer.signal(signal.SIGKILL)
    second = bench.start("consume", count=1)
    assert second.exit_code() == 0
    assert set(second.handled) <= produced
    assert set(consumer.handled) | set(second.handled) == produced


def test_a_process_stuck_in_c_is_killed_and_replaced(bench: Bench) -> None:
    bench.produce(5)
    consumer = bench.start(
        "consume", handler="trial:stuck_in_c", pool="processes", handler_timeout=0.3
    )
    consumer.until(lambda: bench.broker.depth(bench.dead) == 1, "a dead letter")
    assert consumer.ask("/livez") == (200, "ok\n")
    assert consumer.stop() == 0
    assert len(consumer.handled) == 4


def test_a_process_that_dies_fails_its_message_alone(bench: Bench) -> None:
    bench.produce(5)
    consumer = bench.start("consume", handler="trial:die", pool="processes")
    consumer.until(lambda: bench.broker.depth(bench.dead) == 1, "a dead letter")
    assert consumer.stop() == 0
    assert len(consumer.handled) == 4
    details = {line["detail"] for line in consumer.find("failed")}
    assert details == {"the handler's process ended with SIGKILL"}


def test_what_a_handler_raises_in_its_process_is_told_with_its_traceback(bench: Bench) -> None:
    bench.produce(3)
    consumer = bench.start("consume", handler="trial:fail_on_poison", pool="processes")
    line = consumer.wait_for("failed", detail="ValueError: cannot digest a 3")
    assert 'raise ValueError("cannot digest a 3")' in line["traceback"]
    assert consumer.stop() == 0


def test_each_thread_has_a_process_and_it_ends_with_the_worker(bench: Bench) -> None:
    bench.produce(100)
    consumer = bench.start(
        "consume", handler="trial:say_where", pool="processes", threads=2, count=100
    )
    assert consumer.exit_code() == 0
    assert len({line["process"] for line in consumer.find("ran")}) == 2


def test_a_broker_that_can_delay_a_retry_does_so_for_failed_messages(bench: Bench) -> None:
    bench.broker.delete(bench.queue)
    bench.broker.declare(
        bench.queue,
        x_queue_type="quorum",
        x_delivery_limit=2,
        x_dead_letter_exchange="",
        x_dead_letter_routing_key=bench.dead,
        x_delayed_retry_type="failed",
        x_delayed_retry_min=RETRY_MS,
        x_delayed_retry_max=2 * RETRY_MS,
    )
    bench.produce(3)
    consumer = bench.start("consume", handler="trial:fail_on_poison")
    consumer.wait_for("failed")
    started = monotonic()
    consumer.until(lambda: len(consumer.find("failed")) == 3, "two retries")
    # The delay is the least one times the number of failures, up to the longest one.
    assert monotonic() - started > 3 * RETRY_MS / 1000 - 0.15
    consumer.until(lambda: bench.broker.depth(bench.dead) == 1, "a dead letter")
    assert consumer.stop() == 0


@pytest.fixture
def rest(bench: Bench) -> str:
    """Give a retry queue beside the queue."""
    name = f"{bench.queue}.retry"
    bench.broker.declare(
        name,
        x_queue_type="quorum",
        x_message_ttl=RETRY_MS,
        x_dead_letter_exchange="",
        x_dead_letter_routing_key=bench.queue,
        x_dead_letter_strategy="at-least-once",
        x_overflow="reject-publish",
    )
    return name


def test_a_failed_message_rests_in_the_retry_queue_and_comes_back(bench: Bench, rest: str) -> None:
    [id_] = bench.produce(1)
    consumer = bench.start("consume", handler="trial:fail_at_first", retry_queue=rest, count=1)
    assert consumer.exit_code() == 0
    bench.broker.delete(rest)
    assert consumer.handled == {id_: 1}
    assert len(consumer.find("failed")) == 2
    assert bench.broker.depth(bench.queue) == 0


def test_a_message_out_of_retries_is_dead_lettered_with_its_count(bench: Bench, rest: str) -> None:
    bench.produce(5)
    consumer = bench.start(
        "consume", handler="trial:fail_on_poison", retry_queue=rest, retry_limit=2
    )
    consumer.until(lambda: bench.broker.depth(bench.dead) == 1, "a dead letter")
    assert consumer.metric("retried_total") == 2
    assert consumer.stop() == 0
    assert len(consumer.find("failed")) == 3
    consumer.wait_for("given_up")
    [(properties, body)] = bench.fetch(bench.dead)
    assert body == b"Hello World 3!"
    assert properties.headers is not None
    assert properties.headers["x-retries"] == 2
    assert (bench.broker.depth(bench.queue), bench.broker.depth(rest)) == (0, 0)
    bench.broker.delete(rest)


class Spoilt(BasicProperties):
    """Properties with a header that pika cannot decode: a time in the year 146 billion."""

    def encode(self) -> list[bytes]:
        return [with_headers(timestamp(2**62))]


@pytest.mark.parametrize("with_rest", [True, False])
@pytest.mark.parametrize("size", [10, 200_000], ids=["in one frame", "in several"])
def test_a_message_whose_properties_cannot_be_read_fails_alone(
    bench: Bench, rest: str, with_rest: bool, size: int
) -> None:
    with bench.broker.channel() as channel:
        channel.basic_publish("", bench.queue, b"x" * size, Spoilt())
    produced = bench.produce(10)
    retries: dict[str, Any] = {"retry_queue": rest} if with_rest else {}
    consumer = bench.start("consume", handler="trial:read_headers", **retries)
    consumer.until(lambda: bench.broker.depth(bench.dead) == 1, "a dead letter")
    consumer.until(lambda: consumer.handled.keys() == produced, "all others")
    assert "UnreadableError: " in consumer.find("failed")[0]["detail"]
    if with_rest:
        given_up = consumer.wait_for("given_up")
        assert given_up["reason"].startswith("its properties cannot be published again: ")
    assert consumer.stop() == 0
    assert not consumer.find("disconnected")
    assert (bench.broker.depth(bench.queue), bench.broker.depth(rest)) == (0, 0)
    bench.broker.delete(rest)


def test_a_retry_queue_that_is_missing_loses_no_message(bench: Bench) -> None:
    bench.produce(5)
    consumer = bench.start("consume", handler="trial:fail_on_poison", retry_queue="no-such-queue")
    consumer.until(lambda: bench.broker.depth(bench.dead) == 1, "a dead letter")
    consumer.wait_for("unroutable", queue="no-such-queue")
    assert consumer.stop() == 0
    assert len(consumer.handled) == 4
    [(properties, _)] = bench.fetch(bench.dead)
    assert properties.headers is not None
    assert "x-retries" not in properties.headers


def test_a_connection_lost_on_the_way_to_the_retry_queue_loses_no_message(
    bench: Bench, rest: str
) -> None:
    produced = bench.produce(300)
    consumer = bench.start("consume", handler="trial:fail_at_first", retry_queue=rest, threads=4)
    consumer.wait_for("connected")

    def lost(sessions: int) -> bool:
        # RabbitMQ may not know yet of a connection that was just opened.
        bench.broker.ctl("close_all_user_connections", "guest", "trial")
        return connected(consumer, sessions)

    for sessions in (2, 3, 4):
        consumer.until(partial(lost, sessions), "a new connection")
    consumer.until(lambda: produced <= consumer.handled.keys(), "all of them handled")
    assert consumer.stop() == 0
    left = bench.fetch(bench.queue) + bench.fetch(rest)
    bench.broker.delete(rest)
    assert all(
        properties.headers and (properties.headers.get("x-republished")) for properties, _ in left
    )


def test_what_comes_again_after_it_was_handled_is_known(bench: Bench) -> None:
    bench.produce(1)
    [(properties, body)] = bench.fetch(bench.queue)
    properties.headers = {"x-republished": True}
    with bench.broker.channel() as channel:
        for _ in range(3):
            channel.basic_publish("", bench.queue, body, properties)
    consumer = bench.start("consume", dedup="workers.dedup:Recent")
    consumer.until(lambda: consumer.metric("duplicates_total") == 2, "two duplicates")
    assert consumer.stop() == 0
    assert set(consumer.handled.values()) == {1}
    assert bench.broker.depth(bench.queue) == 0


def test_large_and_small_messages_come_in_their_order_and_whole(bench: Bench) -> None:
    sizes = [0, 1, 200_000, 10, 131_072, 500_000, 3] * 5
    with bench.broker.channel() as channel:
        for size in sizes:
            channel.basic_publish("", bench.queue, b"x" * size)
    consumer = bench.start("consume", handler="trial:measure", count=len(sizes))
    assert consumer.exit_code() == 0
    assert [line["size"] for line in consumer.find("measured")] == sizes


def test_a_batch_in_the_making_is_handled_before_the_worker_ends(bench: Bench) -> None:
    produced = bench.produce(3)
    consumer = bench.start("consume", handler="trial:add_up", batch=10, batch_wait=2)
    consumer.until(lambda: consumer.metric("in_hand") == 3, "a batch that waits")
    assert consumer.stop() == 0
    assert consumer.handled == dict.fromkeys(produced, 1)
    assert not [each for each, _ in bench.fetch(bench.queue) if failed_deliveries(each)]


def connected(consumer: Running, times: int) -> bool:
    return len(consumer.find("connected")) >= times
