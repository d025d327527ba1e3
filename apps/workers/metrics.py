"""What is counted, in Prometheus's terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from workers.health import Status
from workers.histogram import Histogram as BatchHistogram
from workers.outcome import Result

NAMESPACE = "workers"
LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What both roles count about their sessions; base of each role's own."""

    def __init__(self, status: Status) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.sessions_ended = self._counter(
            "sessions_ended_total", "Connections that ended with a fault", "reason"
        )
        self.gauge("connected", "1 while a session is open", lambda: status.connected)
        self.gauge("blocked", "1 while the broker holds publishers back", lambda: status.blocked)
        self.gauge("ready", "1 while messages can move", lambda: status.unready is None)

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Show a value that is asked for at each scrape."""
        Gauge(name, text, namespace=NAMESPACE, registry=self.registry).set_function(value)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace=NAMESPACE, registry=self.registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(name, text, namespace=NAMESPACE, registry=self.registry, buckets=LATENCIES)


class ProducerMetrics(Metrics):
    """What a producer counts."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.published = self._counter("published_total", "Messages sent, republished ones too")
        self.expected = self._counter(
            "expected_published_total", "Messages that MQ_RATE has asked for; 0 without a rate"
        )
        self.republished = self._counter("republished_total", "Messages sent again")
        self.confirmed = self._counter("confirmed_total", "Messages the broker has taken over")
        self.nacked = self._counter("nacked_total", "Messages the broker could not take over")
        self.returned = self._counter("returned_total", "Messages that reached no queue")
        self.held_seconds = self._counter(
            "held_seconds_total",
            "Time in which nothing may be published: blocked by an alarm, or refused or returned",
            "reason",
        )
        self.confirm_seconds = self._histogram(
            "confirm_seconds", "From publish to confirm, of the oldest message of each confirm"
        )


class ConsumerMetrics(Metrics):
    """What a consumer counts."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.consumed = self._counter("consumed_total", "Messages by what became of them", "result")
        self.redelivered = self._counter("redelivered_total", "Deliveries that were not the first")
        self.duplicates = self._counter(
            "duplicates_total", "Messages known as handled before and given to no handler"
        )
        self.retried = self._counter("retried_total", "Messages sent to the retry queue")
        self.stale = self._counter("stale_acks_total", "Results that outlived their connection")
        self.handler_seconds = BatchHistogram(
            f"{NAMESPACE}_handler_seconds", "How long a handler ran", LATENCIES
        )
        self.registry.register(self.handler_seconds)
        self._results: dict[Result, Counter] = {Result.DUPLICATE: self.duplicates} | {
            result: self.consumed.labels(result.value)
            for result in Result
            if result is not Result.DUPLICATE
        }

    def count(self, results: Mapping[Result, int], seconds: Sequence[float]) -> None:
        """Count what became of messages, and how long their handlers ran, in seconds."""
        for result, count in results.items():
            if count:
                self._results[result].inc(count)
        if seconds:
            self.handler_seconds.observe(seconds)
