"""The password changes while workers run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apps.faults.flow import Flow

pytestmark = pytest.mark.needs("broker")


def test_the_password_is_rotated(flow: Flow, tmp_path: Path) -> None:
    broker, user, file = flow.bench.broker, f"user-{flow.bench.queue}", tmp_path / "MQ_PASSWORD"
    broker.ctl("add_user", user, "first")
    broker.ctl("set_permissions", user, "^$", ".*", ".*")
    file.write_text("first")
    flow.settings |= {
        "url": f"amqp://{user}@127.0.0.1:{broker.amqp_port}",
        "secrets_dir": tmp_path,
    }
    producer, consumer = flow.starts()
    broker.ctl("change_password", user, "second")
    broker.ctl("close_all_user_connections", user, "rotation")
    for worker in (producer, consumer):
        worker.wait_for("disconnected", reason="refused")
    file.write_text("second")
    flow.recovers(within=10.0)
    flow.ends()
    broker.ctl("delete_user", user)
    assert "second" not in str(producer.lines + consumer.lines)


def test_the_file_with_the_address_is_spoilt_for_a_while(flow: Flow, tmp_path: Path) -> None:
    broker, file = flow.bench.broker, tmp_path / "MQ_URL"
    file.write_text(broker.url())
    flow.settings["secrets_dir"] = tmp_path
    producer, consumer = flow.starts()
    file.write_text("amqp://guest:s3cret@127.0.0.1/a/b")
    broker.ctl("close_all_user_connections", "guest", "trial")
    for worker in (producer, consumer):
        spoilt = worker.wait_for("disconnected", reason="misconfigured")
        assert "the path is more than a virtual host" in spoilt["detail"]
        assert "s3cret" not in str(worker.lines)
    file.write_text(broker.url())
    flow.recovers(within=10.0)
    flow.ends()
