"""What goes wrong around the workers costs time, never a message."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.apps.conftest import DELIVERY_LIMIT, Bench
from tests.apps.relay import Relay

pytestmark = pytest.mark.needs("broker")


def test_a_broker_killed_with_the_window_full_loses_nothing_that_was_confirmed(
    bench: Bench,
) -> None:
    consumer = bench.start("consume")
    producer = bench.start("produce", window=500)
    producer.wait_for("confirmed")
    bench.broker.kill()
    producer.wait_for("unconfirmed")
    before = len(producer.confirmed)
    bench.broker.start()
    producer.until(lambda: len(producer.confirmed) > before + 1000, "confirms after the restart")
    assert producer.metric("republished_total") > 0
    assert producer.stop() == 0
    consumer.until(lambda: producer.confirmed <= consumer.handled.keys(), "all that was confirmed")
    assert consumer.stop() == 0
    assert bench.broker.depth(bench.queue) == 0


def test_a_consumer_killed_in_a_handler_gets_the_message_handled_by_another(bench: Bench) -> None:
    [id_] = bench.produce(1)
    consumer = bench.start("consume", handler="trial:hang_on_first_sight")
    consumer.until(lambda: consumer.metric("in_hand") == 1, "a handler at work")
    consumer.signal(signal.SIGKILL)
    second = bench.start("consume", handler="trial:hang_on_first_sight", count=1)
    assert second.exit_code() == 0
    assert second.handled == {id_: 1}
    [line] = second.find("handled")
    assert line["redelivered"] == 1


@pytest.mark.parametrize("handler", ["trial:fail_on_poison", "trial:exit_on_poison"])
def test_a_failing_message_is_dead_lettered_after_the_limit_and_holds_up_nothing(
    bench: Bench, handler: str
) -> None:
    bench.produce(20)
    consumer = bench.start("consume", handler=handler)
    consumer.until(lambda: bench.broker.depth(bench.dead) == 2, "two dead letters")
    assert consumer.stop() == 0
    assert len(consumer.handled) == 18
    assert len(consumer.find("failed")) == 2 * (DELIVERY_LIMIT + 1)
    bodies = {body for _, body in bench.fetch(bench.dead)}
    assert bodies == {b"Hello World 3!", b"Hello World 13!"}
    assert bench.broker.depth(bench.queue) == 0


def test_a_rejected_message_is_dead_lettered_at_once(bench: Bench) -> None:
    bench.produce(5)
    consumer = bench.start("consume", handler="trial:reject_poison")
    consumer.until(lambda: bench.broker.depth(bench.dead) == 1, "a dead letter")
    assert consumer.stop() == 0
    assert len(consumer.find("rejected")) == 1
    assert len(consumer.handled) == 4
    assert bench.broker.depth(bench.queue) == 0


def test_a_queue_that_is_deleted_and_comes_back_is_taken_up_again(bench: Bench) -> None:
    consumer = bench.start("consume")
    producer = bench.start("produce", rate=50)
    producer.wait_for("confirmed")
    bench.broker.delete(bench.queue)
    consumer.wait_for("disconnected", reason="cancelled")
    consumer.wait_for("disconnected", reason="no_queue")
    producer.wait_for("held", reason="messages reach no queue")
    assert producer.ask("/readyz") == (503, "messages reach no queue\n")
    bench.declare()
    producer.wait_for("released")
    assert producer.stop() == 0
    fresh = bench.start("produce", count=10)
    assert fresh.exit_code() == 0
    consumer.until(lambda: fresh.confirmed <= consumer.handled.keys(), "the messages after it")
    assert consumer.stop() == 0


def test_a_connection_that_confirms_nothing_is_replaced_and_let_go(bench: Bench) -> None:
    relay = Relay(bench.broker.amqp_port)
    url = f"amqp://guest:guest@127.0.0.1:{relay.port}"
    producer = bench.start("produce", url=url, rate=50, confirm_timeout=1)
    try:
        producer.wait_for("confirmed")
        relay.silence()
        producer.wait_for("disconnected", reason="confirm_timeout")
        assert relay.hung_up.wait(1), "the socket of the dead connection was never closed"
        before = len(producer.confirmed)
        producer.until(lambda: len(producer.confirmed) > before, "confirms on a new connection")
        assert producer.stop() == 0
    finally:
        relay.close()
    published = {properties.message_id for properties, _ in bench.fetch(bench.queue)}
    assert published == producer.confirmed


def test_a_memory_alarm_stops_the_producer_and_its_readiness_for_as_long_as_it_lasts(
    bench: Bench,
) -> None:
    producer = bench.start("produce", rate=50)
    consumer = bench.start("consume")
    producer.wait_for("confirmed")
    bench.broker.ctl("set_vm_memory_high_watermark", "0")
    try:
        producer.wait_for("blocked")
        blocked = (503, "blocked by the broker\n")
        producer.until(lambda: producer.ask("/readyz") == blocked, "unreadiness")
        assert producer.ask("/livez") == (200, "ok\n")
        assert consumer.ask("/readyz") == (200, "ok\n")
    finally:
        bench.broker.ctl("set_vm_memory_high_watermark", "0.6")
    producer.wait_for("unblocked")
    producer.until(lambda: producer.ask("/readyz") == (200, "ok\n"), "readiness")
    assert producer.stop() == 0
    consumer.until(lambda: producer.confirmed <= consumer.handled.keys(), "all messages")


def test_a_wrong_password_is_refused_for_good_after_its_grace(bench: Bench) -> None:
    producer = bench.start("produce", password="wr0ng", refusal_grace=1)
    assert producer.exit_code() == 3
    [line] = [line for line in producer.lines if line.get("level") == "error"]
    assert line["event"] == "refused"
    assert "Login was refused" in line["detail"]
    assert "wr0ng" not in str(producer.lines)


def test_a_password_that_changes_is_taken_up_from_its_file_and_loses_no_message(
    bench: Bench, tmp_path: Path
) -> None:
    user, file = f"user-{bench.queue}", tmp_path / "MQ_PASSWORD"
    bench.broker.ctl("add_user", user, "first")
    bench.broker.ctl("set_permissions", user, "^$", ".*", ".*")
    file.write_text("first")
    login = {"url": f"amqp://{user}@127.0.0.1:{bench.broker.amqp_port}", "secrets_dir": tmp_path}
    producer = bench.start("produce", rate=100, **login)
    consumer = bench.start("consume", **login)
    producer.wait_for("confirmed")
    bench.broker.ctl("change_password", user, "second")
    bench.broker.ctl("close_all_user_connections", user, "rotation")
    for worker in (producer, consumer):
        worker.wait_for("disconnected", reason="refused")
    before = len(producer.confirmed)
    file.write_text("second")
    producer.until(lambda: len(producer.confirmed) > before + 100, "confirms after the rotation")
    assert producer.stop() == 0
    consumer.until(lambda: producer.confirmed <= consumer.handled.keys(), "all that was confirmed")
    assert consumer.stop() == 0
    bench.broker.ctl("delete_user", user)


def test_a_file_that_is_spoilt_while_a_worker_runs_is_told_and_waited_for(
    bench: Bench, tmp_path: Path
) -> None:
    file = tmp_path / "MQ_URL"
    file.write_text(bench.broker.url())
    consumer = bench.start("consume", secrets_dir=tmp_path)
    consumer.wait_for("connected")
    file.write_text("amqp://guest:s3cret@127.0.0.1/a/b")
    bench.broker.ctl("close_all_user_connections", "guest", "trial")
    spoilt = consumer.wait_for("disconnected", reason="misconfigured")
    assert "the path is more than a virtual host" in spoilt["detail"]
    assert "s3cret" not in str(consumer.lines)
    file.write_text(bench.broker.url())
    consumer.until(lambda: len(consumer.find("connected")) == 2, "a second connection")
    assert consumer.stop() == 0


def test_a_port_in_use_is_a_fault_of_the_configuration(bench: Bench) -> None:
    port = bench.start("consume").wait_for("listening")["port"]
    second = bench.start("consume", health_port=port)
    assert second.exit_code() == 2
    assert [line["line"] for line in second.lines] == [
        f"MQ_HEALTH_PORT={port}: Address already in use"
    ]
