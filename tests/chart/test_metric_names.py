"""Alerts and dashboards name only what the real broker and the real workers show."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.render import render
from tests.chart import metrics
from tests.support.promql import query

CHART = Path(__file__).parents[2] / "chart"
ON = {"enabled": True}
EVERYTHING = {"serviceMonitor": ON, "podMonitor": ON, "prometheusRule": ON, "dashboards": ON}
# What the Prometheus operator and the PodMonitor add to every metric.
SCRAPED = {"namespace", "service", "pod", "job", "worker"}


@pytest.fixture(scope="module")
def watched() -> Release:
    return render(Chart.load(CHART), {"monitoring": EVERYTHING})


@pytest.fixture(scope="module")
def shown(watched: Release) -> metrics.Shown:
    return metrics.shown(metrics.scraped_paths(watched))


@pytest.mark.needs("broker")
def test_every_metric_is_shown_by_the_broker_or_a_worker(
    watched: Release, shown: metrics.Shown
) -> None:
    unknown = {
        place: missing
        for place, expression in metrics.expressions(watched)
        if (missing := query(expression).metrics - shown.keys())
    }
    assert unknown == {}


@pytest.mark.needs("broker")
def test_every_label_is_one_that_its_metric_has(watched: Release, shown: metrics.Shown) -> None:
    unknown = {
        place: missing
        for place, expression in metrics.expressions(watched)
        if (missing := query(expression).labels - SCRAPED - _labels(expression, shown))
    }
    assert unknown == {}


def test_a_metric_that_does_not_exist_would_be_found() -> None:
    assert query('sum by (pod) (rate(rabbitmq_old_name{queue="q"}[5m]))').metrics == {
        "rabbitmq_old_name"
    }


def _labels(expression: str, shown: metrics.Shown) -> set[str]:
    return set().union(*(shown.get(metric, set()) for metric in query(expression).metrics))
