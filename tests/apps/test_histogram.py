"""The histogram shows what prometheus_client's own would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client import Histogram as Prometheus

from workers.histogram import Histogram

BOUNDS = (0.001, 0.5, 1, 2.5, 60)
values = st.floats(0, 100) | st.sampled_from(BOUNDS)


def buckets(registry: CollectorRegistry) -> list[str]:
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if "_bucket" in line or "_count" in line]


@given(batches=st.lists(st.lists(values, max_size=20), max_size=10))
def test_it_counts_as_prometheus_does(batches: list[list[float]]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    histogram = Histogram("seconds", "How long", BOUNDS)
    ours.register(histogram)
    reference = Prometheus("seconds", "How long", registry=theirs, buckets=BOUNDS)
    for batch in batches:
        histogram.observe(batch)
        for value in batch:
            reference.observe(value)
    assert buckets(ours) == buckets(theirs)
    total = ours.get_sample_value("seconds_sum")
    assert total == pytest.approx(theirs.get_sample_value("seconds_sum"))
