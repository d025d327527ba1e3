"""Passwords that change, on a real broker under the chart's start script."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from chartproof.chart import Chart
from chartproof.render import render
from tests.chart.running import ChartBroker

pytestmark = pytest.mark.needs("broker")

PASSWORDS = {
    "password": "admin 1",
    "workerPassword": 'worker " \\ # 1',
    "scalerPassword": "scaler 1",
    "erlangCookie": "COOKIE1",
}
KEDA = {"autoscaling": {"type": "keda"}}


@pytest.fixture(scope="module")
def broker(chart: Chart) -> Iterator[ChartBroker]:
    """Give the broker of a release with a consumer that KEDA scales."""
    release = render(chart, {"broker": {"auth": PASSWORDS}, "consumer": KEDA})
    with ChartBroker(release) as running:
        yield running


def eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until a condition holds; fail after that many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.2)


def test_a_running_broker_takes_up_changed_passwords_and_keeps_its_connections(
    broker: ChartBroker,
) -> None:
    old = broker.password("worker")
    with broker.connection("worker", old) as connection:
        broker.change(worker="worker 2", administrator="admin 2", scaler="scaler 2")
        eventually(lambda: broker.accepts("worker", "worker 2"))
        connection.process_data_events(0)
        assert connection.is_open
    eventually(lambda: broker.accepts("admin", "admin 2"))
    assert not broker.accepts("worker", old)
    assert broker.answer_to("scaler", "scaler 2", "queues/%2F/test")[0] == 200
    assert broker.answer_to("scaler", "scaler 1", "queues/%2F/test")[0] == 401


def test_the_worker_may_publish_and_consume_and_declare_nothing(broker: ChartBroker) -> None:
    login = ("worker", broker.password("worker"))
    with broker.connection(*login) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", "test", b"message")
        assert channel.basic_get("test", auto_ack=True)[2] == b"message"
        with pytest.raises(Exception, match="ACCESS_REFUSED"):
            connection.channel().queue_declare("mine", durable=True)
    assert broker.answer_to(*login, "overview")[0] == 401


def test_kedas_user_sees_the_length_of_queues_and_can_do_nothing_to_them(
    broker: ChartBroker,
) -> None:
    login = ("scaler", broker.password("scaler"))
    status, queue = broker.answer_to(*login, "queues/%2F/test")
    assert status == 200
    assert isinstance(queue, dict)
    assert queue["name"] == "test"
    assert broker.answer_to(*login, "queues/%2F/test", "DELETE")[0] == 401
    with (
        pytest.raises(Exception, match="ACCESS_REFUSED"),
        broker.connection(*login) as connection,
    ):
        connection.channel().basic_get("test")


def test_a_release_that_comes_again_over_a_kept_volume_is_let_in(broker: ChartBroker) -> None:
    with broker.connection("worker", broker.password("worker")) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("", "test", b"kept")
    time.sleep(1.5)
    broker.stop()
    # Uninstalled and installed: other random text wherever a Secret had some.
    broker.mount({"erlang-cookie": "COOKIE3"})
    broker.change(administrator="a3", worker="w3", scaler="s3")
    broker.start()
    with broker.connection("worker", "w3") as connection:
        assert connection.channel().basic_get("test", auto_ack=True)[2] == b"kept"
    assert broker.accepts("admin", "a3")
    assert broker.answer_to("scaler", "s3", "queues/%2F/test")[0] == 200
    assert "worker" in broker.ctl("list_users")
