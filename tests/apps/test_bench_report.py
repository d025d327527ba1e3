"""What the benchmark of the workers makes of its runs."""

from __future__ import annotations

import pytest

from chartproof.errors import ChartproofError
from tests.benchmarks.workers.perf_test import Second, measured, rate_in
from tests.benchmarks.workers.report import ratios, rows
from tests.benchmarks.workers.sample import Sample, typical


def sample(rate: float, cpu_10k: float = 0.1, foreign_cores: float = 0.0) -> Sample:
    messages = round(rate * 5)
    return Sample(messages, 5.0, cpu_10k * messages / 10_000, 30.0, foreign_cores)


def test_a_typical_run_is_the_median_of_those_that_nobody_disturbed() -> None:
    runs = [sample(100), sample(10, foreign_cores=0.5), sample(300), sample(200)]
    assert typical(runs).rate == pytest.approx(200)


def test_runs_that_were_all_disturbed_count_rather_than_none() -> None:
    runs = [sample(100, foreign_cores=0.5), sample(300, foreign_cores=0.5)]
    assert typical(runs).rate == pytest.approx(200)


def test_a_ratio_holds_the_workers_against_the_best_of_the_others() -> None:
    publish = {
        "workers, 1 in flight": [sample(1_000)],
        "workers, 500 in flight": [sample(30_000, cpu_10k=0.1)],
        "pika, blocking": [sample(1_500)],
        "pika, 500 in flight": [sample(24_000, cpu_10k=0.2)],
        "kombu": [sample(1_500)],
        "aio-pika, 500 in flight": [sample(6_000)],
        "PerfTest, 500 in flight": [sample(30_000)],
    }
    consume = {
        "workers, 1 thread": [sample(35_000, cpu_10k=0.2)],
        "pika, ack 1": [sample(25_000, cpu_10k=0.25)],
        "kombu, ack 50": [sample(28_000)],
        "Celery, solo": [sample(3_500)],
        "Dramatiq, 8 threads": [sample(2_000)],
    }
    assert dict(ratios(publish, consume)) == pytest.approx(
        {
            "publish_vs_blocking": 20,
            "publish_vs_pika_select": 1.25,
            "publish_vs_best_peer": 5,
            "publish_vs_perftest": 1,
            "publish_cpu_vs_pika_select": 0.5,
            "consume_vs_best_framework": 10,
            "consume_vs_kombu": 1.25,
            "consume_cpu_vs_pika_ack_1": 0.8,
        }
    )


def test_a_ratio_without_one_of_its_sides_is_left_out() -> None:
    assert dict(ratios({"workers, 500 in flight": [sample(1)]}, {})) == {}


def test_the_table_begins_with_the_fastest_and_counts_disturbed_runs() -> None:
    runs = {"slow": [sample(10)], "fast": [sample(20), sample(5, foreign_cores=1)]}
    [fast, slow] = rows(runs)
    assert fast == ("fast", "20", "20 - 20", "0.100", "30", "2, 1 disturbed")
    assert slow == ("slow", "10", "10 - 10", "0.100", "30", "1")


def test_perf_tests_lines_tell_the_time_and_the_rate() -> None:
    line = "id: test-1, time 5.002 s, sent: 31000 msg/s, returned: 0 msg/s, confirmed: 30500 msg/s"
    assert rate_in(line) == (5.002, 30_500)
    assert rate_in("id: test-1, starting producer #0") is None


def test_perf_test_is_measured_after_its_warm_up_and_until_the_queue_is_empty() -> None:
    seconds = [
        Second(3.0, 50_000, 3.0, 200),
        Second(4.0, 90_000, 4.0, 210),
        Second(5.0, 60_000, 4.3, 220),
        Second(6.5, 40_000, 4.6, 230),
        Second(7.5, 12, 4.7, 230),
    ]
    run = measured(seconds)
    assert run.messages == 60_000 + 1.5 * 40_000
    assert run.seconds == 2.5
    assert run.cpu == pytest.approx(0.6)
    with pytest.raises(ChartproofError, match="idle too soon"):
        measured(seconds[:2])
