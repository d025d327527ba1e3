"""A release with TLS everywhere, run as processes from its manifests: no message is lost."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from chartproof.chart import Chart
from chartproof.cluster.processes.engine import ProcessesEngine
from chartproof.cluster.progress import Progress
from chartproof.cluster.proof import Proof
from chartproof.options import RenderOptions
from chartproof.render import render
from chartproof.values import load_values

pytestmark = pytest.mark.needs("broker")

RELEASE = f"tls-{os.getpid()}"
SETTINGS = ("audit=true", "broker.tls.enabled=true", "broker.tls.verifyClients=true")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessesEngine]:
    """Give an engine of the test's own; whatever it started is gone afterwards."""
    monkeypatch.setenv("CHARTPROOF_CLUSTER", RELEASE)
    engine = ProcessesEngine()
    yield engine
    engine.stop()


@pytest.fixture
def progress() -> Progress:
    """Give a progress that writes to memory."""
    return Progress(Console(file=io.StringIO()))


def eventually(holds: Callable[[], bool], within_s: float = 60) -> None:
    """Wait until something holds."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_three_brokers_that_speak_tls_alone_carry_messages_and_lose_none(
    engine: ProcessesEngine, chart: Chart, progress: Progress
) -> None:
    values = load_values([chart.path / "ci/ha-values.yaml"], [*SETTINGS, "producer.rate=100"])
    engine.run(render(chart, values, RenderOptions(RELEASE, "market")), progress)
    with Proof.watching_processes(engine) as proof:
        eventually(lambda: proof.confirmed() > 200)
        result = proof.settle()
    assert result.lost == 0, result.lost_lines()
    first, *others = [log.read_text() for log in engine.logs("broker")]
    assert all("successfully joined node 'rabbit@" in log for log in others)
    for log in (first, *others):
        opened = re.findall(r"started (\w+) .*listener on \S+:(\d+)", log)
        assert ("TLS", "5671") in opened
        assert [port for kind, port in opened if kind != "TLS"] == []
        assert re.findall(r"(HTTPS?)[^\n]*listener started on port \d+", log) == ["HTTPS"] * 2
