"""Queues are led by all brokers alike, on three real ones."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from chartproof.chart import Chart
from chartproof.cluster.processes.engine import ProcessesEngine
from chartproof.cluster.progress import Progress
from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import render as render_chart
from tests.chart.pods import container

Render = Callable[..., Release]

WITHIN_S = 120
VARIABLE = "SPREAD_LEADERS_OVER"


def environment(release: Release) -> dict[str, str]:
    """Return the broker's variables that have a text."""
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    return {v["name"]: v["value"] for v in container(pod, "broker")["env"] if "value" in v}


@pytest.mark.parametrize(
    ("broker", "over"),
    [
        ({"replicas": 3}, "3"),
        ({"replicas": 1}, None),
        ({"replicas": 3, "spreadLeaders": False}, None),
    ],
    ids=str,
)
def test_leaders_are_spread_where_there_are_several_brokers_and_nobody_minds(
    render: Render, broker: dict[str, object], over: str | None
) -> None:
    assert environment(render({"broker": broker})).get(VARIABLE) == over


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessesEngine]:
    """Give an engine of the test's own; whatever it started is gone afterwards."""
    monkeypatch.setenv("CHARTPROOF_CLUSTER", f"leaders-{os.getpid()}")
    engine = ProcessesEngine()
    yield engine
    engine.stop()


def led(engine: ProcessesEngine) -> list[int] | None:
    """Return how many queues each broker leads, as the first one said last; None before that."""
    first = engine.logs("broker")[0].read_text()
    said = [line for line in first.splitlines() if line.startswith('{"node":')]
    if not said:
        return None
    return [each["Number of quorum queues"] for each in json.loads(said[-1])["value"]]


@pytest.mark.needs("broker")
def test_each_of_three_brokers_leads_as_many_queues_once_all_have_started(
    engine: ProcessesEngine, chart: Chart
) -> None:
    none = {"enabled": False}
    values = {
        "broker": {"replicas": 3},
        "producer": none,
        "consumer": none,
        # With that of `queue`, its dead letters and that of `helm test`, nine.
        "queues": {name: {} for name in "abcdef"},
    }
    release = render_chart(chart, values, RenderOptions(f"leaders-{os.getpid()}", "market"))
    engine.run(release, Progress(Console(file=io.StringIO())))
    end = time.monotonic() + WITHIN_S
    while led(engine) is None:
        assert time.monotonic() < end, engine.logs("broker")[0].read_text()[-2000:]
        time.sleep(0.5)
    assert led(engine) == [3, 3, 3]
