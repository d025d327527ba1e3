"""`workers verify`, before a real RabbitMQ."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

import pytest

from tests.apps.management import serving
from tests.apps.running import WORKERS
from workers.exits import Exit

if TYPE_CHECKING:
    from tests.support.broker import Broker

pytestmark = pytest.mark.needs("broker")

PASSWORD = "check"
SIZE = "/api/health/checks/reached-target-cluster-size"


@pytest.fixture(scope="module")
def restricted(broker: Broker) -> Iterator[str]:
    """Give the address of a user who may write and read, but declare nothing."""
    broker.ctl("add_user", "restricted", PASSWORD)
    broker.ctl("set_permissions", "restricted", "^$", ".*", ".*")
    yield broker.url("restricted", PASSWORD)
    broker.ctl("delete_user", "restricted")


def check(url: str, *words: str, **environment: str) -> CompletedProcess[str]:
    env = {**os.environ, "MQ_URL": url, "MQ_CH": "checked", **environment}
    return subprocess.run([WORKERS, "verify", *words], env=env, capture_output=True, text=True)


def test_a_release_in_order_passes_with_a_line_for_each_check(
    broker: Broker, restricted: str
) -> None:
    management = f"http://127.0.0.1:{broker.management_port}"
    result = check(restricted, "--may-not-declare", "--management", management, "--closed", "1")
    assert (result.returncode, result.stderr) == (Exit.DRAINED, "")
    assert [line[:8] for line in result.stdout.splitlines()] == ["ok      "] * 4
    assert "restricted may declare nothing" in result.stdout
    assert "all brokers have joined" in result.stdout


def test_a_user_who_may_declare_is_found_and_leaves_no_queue(broker: Broker) -> None:
    result = check(broker.url(), "--may-not-declare")
    assert result.returncode == Exit.FAILED
    assert "FAILED  guest may declare queues" in result.stdout
    assert "checked.must-not-be" not in broker.ctl("list_queues", "name")


def test_a_wrong_password_fails_with_its_reason_and_not_its_text(broker: Broker) -> None:
    result = check(broker.url("guest", "s3cret"), "--may-not-declare")
    assert result.returncode == Exit.FAILED
    assert result.stdout.count("FAILED  guest cannot log in") == 2
    assert "refused" in result.stdout
    assert "s3cret" not in result.stdout + result.stderr


def test_a_cluster_that_is_too_small_fails_with_what_the_broker_says(broker: Broker) -> None:
    with serving({SIZE: (503, {"status": "failed", "reason": "1 of 3 nodes"})}) as url:
        result = check(broker.url(), "--management", url)
    assert result.returncode == Exit.FAILED
    assert f"FAILED  {url}{SIZE} answers 503: 1 of 3 nodes" in result.stdout


def test_a_management_api_that_is_not_there_fails(broker: Broker) -> None:
    result = check(broker.url(), "--management", "http://127.0.0.1:1")
    assert result.returncode == Exit.FAILED
    assert "FAILED  the management API does not answer" in result.stdout


def test_a_port_without_tls_that_is_open_fails(broker: Broker) -> None:
    result = check(broker.url(), "--closed", str(broker.amqp_port), "1")
    assert result.returncode == Exit.FAILED
    assert f"FAILED  127.0.0.1:{broker.amqp_port} answers" in result.stdout
    assert "ok      127.0.0.1:1 is closed" in result.stdout


def test_a_wrong_address_exits_with_2(tmp_path: Path) -> None:
    assert check("amqp://u:p@h", "--management", str(tmp_path)).returncode == Exit.MISCONFIGURED
