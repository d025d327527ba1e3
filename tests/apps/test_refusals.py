"""What a broker refuses for good ends a worker, with an exit code of its own; the rest does not."""

from __future__ import annotations

from collections.abc import Iterator

import pika
import pytest

from tests.apps.conftest import Bench
from tests.apps.running import Line, Running
from workers.drain import Drain
from workers.exits import Exit
from workers.health import Status
from workers.metrics import Metrics
from workers.session import Session
from workers.settings import Settings
from workers.wait import Waiter
from workers.worker import Worker

pytestmark = pytest.mark.needs("broker")


def refusal(worker: Running) -> Line:
    """Wait for a worker to give up, and return the line that says why."""
    assert worker.exit_code() == Exit.REFUSED
    [line] = worker.find("refused")
    assert line["level"] == "error"
    return line


@pytest.fixture
def user(bench: Bench) -> Iterator[str]:
    """Give a user who may read and write nothing."""
    name = f"user-{bench.queue}"
    bench.broker.ctl("add_user", name, "s3cret")
    bench.broker.ctl("set_permissions", name, "^$", "^$", "^$")
    yield name
    bench.broker.ctl("delete_user", name)


@pytest.fixture
def vhost(bench: Bench) -> Iterator[str]:
    """Give a virtual host that is not there yet, and take it away again."""
    name = f"vhost-{bench.queue}"
    yield name
    if name in bench.broker.ctl("list_vhosts").split():
        bench.broker.ctl("delete_vhost", name)


@pytest.mark.parametrize("command", ["produce", "consume"])
def test_a_wrong_password_is_tried_for_its_grace_and_then_refused(
    bench: Bench, command: str
) -> None:
    line = refusal(bench.start(command, password="wr0ng", refusal_grace=1))
    assert line["reason"] == "refused"
    assert "ACCESS_REFUSED" in line["detail"]


@pytest.mark.parametrize("command", ["produce", "consume"])
def test_a_queue_that_the_user_may_not_use_is_refused(
    bench: Bench, user: str, command: str
) -> None:
    line = refusal(bench.start(command, url=bench.broker.url(user, "s3cret"), refusal_grace=1))
    assert line["reason"] == "refused"
    assert bench.queue in line["detail"]


def test_a_user_who_is_given_the_right_in_time_is_let_in(bench: Bench, user: str) -> None:
    worker = bench.start("produce", url=bench.broker.url(user, "s3cret"), count=1)
    worker.wait_for("disconnected", reason="refused")
    bench.broker.ctl("set_permissions", user, "^$", ".*", ".*")
    assert worker.exit_code() == 0
    assert len(worker.confirmed) == 1


def test_a_virtual_host_that_is_not_there_is_refused_after_the_grace(
    bench: Bench, vhost: str
) -> None:
    worker = bench.start("consume", url=bench.broker.url(vhost=vhost), refusal_grace=1)
    line = refusal(worker)
    assert line["reason"] == "refused"
    assert vhost in line["detail"]


class Declarer(Waiter):
    """A role that wants its queue to be of another type than it is."""

    def begin(self, session: Session) -> None:
        session.channel.queue_declare(session.queue, durable=True)


def test_what_contradicts_the_broker_s_state_is_refused_at_once(bench: Bench) -> None:
    settings = Settings.model_validate({"url": bench.broker.url(), "MQ_CH": bench.queue})
    status = Status()
    worker = Worker(settings, Declarer(), Drain(1.0), status, Metrics(status), patience=60.0)
    assert worker.run() is Exit.REFUSED


def test_a_queue_that_another_connection_owns_is_waited_for(bench: Bench) -> None:
    own = f"{bench.queue}-own"
    with bench.broker.channel() as channel:
        channel.queue_declare(own, exclusive=True)
        worker = bench.start("produce", ch=own, count=1, refusal_grace=0.1)
        assert "RESOURCE_LOCKED" in worker.wait_for("disconnected")["detail"]
    bench.broker.declare(own)
    assert worker.exit_code() == 0
    bench.broker.delete(own)


def test_a_queue_that_is_not_there_yet_is_waited_for_however_long(bench: Bench) -> None:
    bench.broker.delete(bench.queue)
    worker = bench.start("produce", count=1, refusal_grace=0.1)
    worker.until(lambda: len(worker.find("disconnected", reason="no_queue")) > 1, "two tries")
    bench.declare()
    assert worker.exit_code() == 0


def test_a_virtual_host_that_is_removed_and_comes_back_is_taken_up_again(
    bench: Bench, vhost: str
) -> None:
    def make() -> None:
        bench.broker.ctl("add_vhost", vhost)
        bench.broker.ctl("set_permissions", "-p", vhost, "guest", ".*", ".*", ".*")
        with pika.BlockingConnection(pika.URLParameters(url)) as connection:
            connection.channel().queue_declare(
                bench.queue, durable=True, arguments={"x-queue-type": "quorum"}
            )

    url = bench.broker.url(vhost=vhost)
    make()
    workers = [bench.start(command, url=url, rate=50) for command in ("produce", "consume")]
    for worker in workers:
        worker.wait_for("connected")
    bench.broker.ctl("delete_vhost", vhost)
    for worker in workers:
        worker.wait_for("disconnected", reason="refused")
    make()
    for worker in workers:
        worker.until(lambda worker=worker: len(worker.find("connected")) > 1, "a new connection")
        assert worker.stop() == 0
