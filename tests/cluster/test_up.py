"""`chartproof up` on a machine without Docker and without a cluster."""

from __future__ import annotations

import os
import re
import signal

import pytest
import yaml

from chartproof.cluster.node.layout import cluster_layout
from chartproof.cluster.node.machine import boot_process
from tests.cluster.conftest import CLUSTER_NAME, Brought, chartproof, named
from tests.cluster.releases import worker_image
from tests.support.make import make

pytestmark = [pytest.mark.needs("cluster", "helm4"), pytest.mark.usefixtures("cluster")]


def test_up_ends_in_messages_flowing_and_none_lost(cluster: Brought) -> None:
    confirmed = re.search(r"^confirmed by the producers +([\d,]+)$", cluster.output, re.MULTILINE)
    assert confirmed, cluster.output
    assert int(confirmed[1].replace(",", "")) > 0
    assert f"proven: lost 0 of {confirmed[1]} confirmed messages" in cluster.output


def test_make_up_upgrades_what_is_there_within_a_minute() -> None:
    again = make("up", CHARTPROOF_CLUSTER=CLUSTER_NAME)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "proven: lost 0 of" in again.stdout
    total = re.search(r"^total +([\d.]+) s", again.stdout, re.MULTILINE)
    assert total, again.stdout
    assert float(total[1]) < 60


def test_a_cluster_that_is_named_gets_the_release(
    cluster: Brought, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    context = yaml.safe_load(cluster.kubeconfig.read_text())["current-context"]
    up = chartproof("up", "chart", "--context", context, "-f", worker_image(cluster))
    assert up.returncode == 0, up.stdout + up.stderr
    assert "proven: lost 0 of" in up.stdout


def test_status_shows_every_pod_ready() -> None:
    status = chartproof("status")
    assert status.returncode == 0, status.stdout
    for component in ("broker", "producer", "consumer"):
        assert component in status.stdout


def test_make_up_brings_back_what_was_there_when_the_machine_was_switched_off() -> None:
    with named():
        for node in cluster_layout().nodes():
            process = boot_process(node)
            assert process
            os.kill(process, signal.SIGKILL)
    again = make("up", CHARTPROOF_CLUSTER=CLUSTER_NAME)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "start 3 node(s)" in again.stdout
    assert "upgrade the release" in again.stdout
    assert "proven: lost 0 of" in again.stdout


def test_an_install_that_cannot_work_says_which_pod_and_why() -> None:
    up = chartproof(
        *("up", "chart", "--release", "broken", "--namespace", "broken"),
        *("--set", "consumer.handler=no_such_module:handle", "--set", "queue.name=broken"),
    )
    assert up.returncode == 1
    assert "no_such_module" in up.stdout + up.stderr
    assert "consumer" in up.stdout + up.stderr
    assert "Traceback" not in up.stdout + up.stderr
