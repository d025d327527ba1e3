"""What becomes of messages that fail, on a real broker under the chart's definitions."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chartproof.chart import Chart
from chartproof.render import render
from chartproof.values import load_values
from tests.chart.running import ChartBroker

pytestmark = pytest.mark.needs("broker")

CASE = Path(__file__).parents[2] / "chart/ci/topology-values.yaml"


@pytest.fixture(scope="module")
def broker(chart: Chart) -> Iterator[ChartBroker]:
    """Give a broker with the queues of the case."""
    secrets = {"billing-rabbitmq": {"login": "bill", "password": "pay"}}
    with ChartBroker(render(chart, load_values([CASE])), secrets) as running:
        yield running


def fail(broker: ChartBroker, queue: str, times: int) -> None:
    """Have the message of a queue fail so often, as a worker's handler does."""
    with broker.connection("worker", "worker-password") as connection:
        channel = connection.channel()
        for _ in range(times):
            tag, _, _ = taken(channel, queue)
            channel.basic_reject(tag, requeue=True)


def taken(channel: Any, queue: str, seconds: float = 10.0) -> tuple[int, dict[str, Any], bytes]:
    """Take the message of a queue as soon as it is there: its delivery tag, headers and body."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        method, properties, body = channel.basic_get(queue)
        if method is not None:
            return method.delivery_tag, properties.headers or {}, body
        time.sleep(0.02)
    raise AssertionError(f"there is nothing in {queue} after {seconds} s")


def publish(broker: ChartBroker, queue: str, body: bytes) -> None:
    """Publish a message, and wait until the broker has it."""
    with broker.connection("worker", "worker-password") as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", queue, body, mandatory=True)


def assert_that_a_dead_letter_outlives_its_readers(
    broker: ChartBroker, queue: str = "test", limit: int = 20
) -> None:
    """Have a message fail so often that it is given up, and then a few times more."""
    publish(broker, queue, b"poison")
    fail(broker, queue, limit + 1)
    dead = f"{queue}.dead"
    for _ in range(3):
        # Whoever ends with a message in hand has failed with it.
        with broker.connection("worker", "worker-password") as connection:
            assert taken(connection.channel(), dead)[2] == b"poison"
    with broker.connection("worker", "worker-password") as connection:
        channel = connection.channel()
        tag, headers, _ = taken(channel, dead)
        assert headers["x-first-death-reason"] == "delivery_limit"
        channel.basic_ack(tag)


@pytest.mark.parametrize(("queue", "limit"), [("test", 20), ("orders", 3)])
def test_a_dead_letter_outlives_whoever_looks_at_it(
    broker: ChartBroker, queue: str, limit: int
) -> None:
    assert_that_a_dead_letter_outlives_its_readers(broker, queue, limit)


def test_a_policy_that_wins_over_the_charts_leaves_dead_letters_as_safe(
    broker: ChartBroker,
) -> None:
    pattern, definition = r"^test\.dead$", '{"max-length": 1000}'
    broker.ctl("set_policy", "--priority=5", "--apply-to=queues", "mine", pattern, definition)
    try:
        assert_that_a_dead_letter_outlives_its_readers(broker)
    finally:
        broker.ctl("clear_policy", "mine")


def test_dead_letters_are_safe_in_a_queue_that_an_earlier_chart_declared(
    broker: ChartBroker,
) -> None:
    with broker.connection("admin", "admin-password") as connection:
        channel = connection.channel()
        channel.queue_delete("test.dead")
        channel.queue_declare("test.dead", durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind("test.dead", "test.dead")
    assert_that_a_dead_letter_outlives_its_readers(broker)


def test_the_workers_user_may_move_dead_letters_back(broker: ChartBroker) -> None:
    publish(broker, "test", b"mended")
    fail(broker, "test", 21)
    environment = {"MQ_URL": broker.url("worker", "worker-password"), "MQ_CH": "test"}
    done = subprocess.run(
        [sys.executable, "-c", "from workers.cli import main; main()", "redrive", "test.dead"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "moved 1 from test.dead: 1 to test\n", done.stderr
    with broker.connection("worker", "worker-password") as connection:
        channel = connection.channel()
        tag, _, body = taken(channel, "test")
        channel.basic_ack(tag)
    assert body == b"mended"


def test_a_failed_message_waits_longer_after_each_failure(broker: ChartBroker) -> None:
    publish(broker, "orders", b"an order")
    waited = []
    with broker.connection("worker", "worker-password") as connection:
        channel = connection.channel()
        tag, _, _ = taken(channel, "orders")
        for _ in range(2):
            failed = time.monotonic()
            channel.basic_reject(tag, requeue=True)
            tag, _, _ = taken(channel, "orders")
            waited.append(time.monotonic() - failed)
        channel.basic_ack(tag)
    assert waited[0] >= 0.2
    assert waited[1] >= 0.4


def test_a_queue_that_messages_rest_in_gives_them_back(broker: ChartBroker) -> None:
    publish(broker, "pause", b"later")
    with broker.connection("worker", "worker-password") as connection:
        channel = connection.channel()
        assert channel.basic_get("test")[0] is None
        tag, headers, body = taken(channel, "test")
        assert (headers["x-first-death-queue"], body) == ("pause", b"later")
        channel.basic_ack(tag)
