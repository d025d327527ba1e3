"""Spans of OpenTelemetry for publishes and for calls of handlers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import messaging_attributes
from opentelemetry.semconv.attributes import error_attributes
from opentelemetry.trace import SpanKind, StatusCode

from tests.apps.conftest import Bench
from tests.apps.running import Running
from workers import Message, Reject, SomeFailed, TraceContext
from workers.publishing import Outgoing
from workers.spans import Spans
from workers.trace import current

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GIVEN = {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01", "tracestate": "a=b"}
KNOWN = {
    name
    for module in (messaging_attributes, error_attributes)
    for name in vars(module).values()
    if isinstance(name, str)
}


@pytest.fixture(scope="module")
def recorded() -> InMemorySpanExporter:
    """Set up the SDK once, as a program does."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(recorded: InMemorySpanExporter) -> Iterator[Spans]:
    recorded.clear()
    yield Spans("orders")
    names = {name for span in recorded.get_finished_spans() for name in span.attributes or {}}
    assert names <= KNOWN


def delivered(headers: dict[str, Any] | None = None, id_: str | None = "a-1") -> Message:
    message = Message(b"body", id_, headers=headers)
    message.routing_key = "orders"
    return message


def only(recorded: InMemorySpanExporter) -> ReadableSpan:
    [span] = recorded.get_finished_spans()
    return span


def ids(span: ReadableSpan) -> tuple[str, str]:
    context = span.get_span_context()
    assert context
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def test_a_publish_is_a_span_that_the_message_carries(
    spans: Spans, recorded: InMemorySpanExporter
) -> None:
    sent = spans.outgoing(Outgoing(1, "a-1", b"body", 1, {"kind": "x"}))
    span = only(recorded)
    context = TraceContext.of(sent.headers)
    assert context is not None
    assert (context.trace_id, context.span_id) == ids(span)
    assert sent.headers is not None
    assert sent.headers["kind"] == "x"
    assert (span.name, span.kind, span.parent) == ("publish orders", SpanKind.PRODUCER, None)
    assert dict(span.attributes or {}) == {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": "publish",
        "messaging.operation.type": "send",
        "messaging.destination.name": "orders",
        "messaging.rabbitmq.destination.routing_key": "orders",
        "messaging.message.id": "a-1",
        "messaging.message.body.size": 4,
    }


def test_a_trace_that_the_source_gives_is_gone_on_with(
    spans: Spans, recorded: InMemorySpanExporter
) -> None:
    sent = spans.outgoing(Outgoing(1, "a-1", b"body", 1, {**GIVEN, "n": 1}))
    span = only(recorded)
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == SPAN_ID
    context = TraceContext.of(sent.headers)
    assert context == TraceContext(TRACE_ID, ids(span)[1], (context and context.flags) or 0, "a=b")


def test_a_call_of_a_handler_is_a_span_within_the_trace_of_its_message(
    spans: Spans, recorded: InMemorySpanExporter
) -> None:
    inside: list[tuple[object, TraceContext | None]] = []

    def handler(_message: Message) -> None:
        inside.append((trace.get_current_span().get_span_context(), current()))

    spans.over(handler)(delivered(GIVEN))
    span = only(recorded)
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == SPAN_ID
    assert (span.name, span.kind) == ("process orders", SpanKind.CONSUMER)
    [(of_telemetry, of_ours)] = inside
    assert of_telemetry == span.get_span_context()
    assert of_ours is not None
    assert (of_ours.trace_id, of_ours.span_id) == ids(span)
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes or {})["messaging.operation.type"] == "process"


def test_a_message_of_no_trace_begins_one_whatever_was_handled_before(
    spans: Spans, recorded: InMemorySpanExporter
) -> None:
    handler = spans.over(lambda _message: None)
    handler(delivered(GIVEN))
    handler(delivered(None, id_=None))
    first, second = recorded.get_finished_spans()
    assert second.parent is None
    assert ids(second)[0] != ids(first)[0]
    assert "messaging.message.id" not in (second.attributes or {})


def test_a_batch_is_a_span_with_a_link_to_each_message(
    spans: Spans, recorded: InMemorySpanExporter
) -> None:
    spans.over(lambda _batch: None)([delivered(GIVEN), delivered(), delivered(GIVEN)])
    span = only(recorded)
    assert span.parent is None
    assert [f"{link.context.span_id:016x}" for link in span.links] == [SPAN_ID, SPAN_ID]
    assert (span.attributes or {})["messaging.batch.message_count"] == 3


@pytest.mark.parametrize(
    ("error", "kind", "events"),
    [
        (ValueError("bad"), "ValueError", 1),
        (Reject("no"), "workers.message.Reject", 1),
        (SystemExit(1), "SystemExit", 1),
        (SomeFailed({}), "workers.message.SomeFailed", 0),
    ],
)
def test_a_handler_that_raises_fails_its_span(
    spans: Spans, recorded: InMemorySpanExporter, error: BaseException, kind: str, events: int
) -> None:
    def handler(_message: object) -> None:
        raise error

    with pytest.raises(type(error)):
        spans.over(handler)(delivered())
    span = only(recorded)
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == kind
    assert len(span.events) == events
    assert current() is None


def test_an_exchange_is_part_of_the_destination(
    spans: Spans, recorded: InMemorySpanExporter
) -> None:
    message = delivered()
    message.exchange, message.routing_key = "shop", "new"
    spans.over(lambda _message: None)(message)
    assert only(recorded).name == "process shop:new:orders"


def test_without_an_sdk_messages_carry_a_trace_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = trace.NoOpTracerProvider()
    monkeypatch.setattr("workers.spans.get_tracer", silent.get_tracer)
    spans = Spans("orders")
    assert TraceContext.of(spans.outgoing(Outgoing(1, "a-1", b"", 1)).headers)
    kept = TraceContext.of(spans.outgoing(Outgoing(1, "a-1", b"", 1, GIVEN)).headers)
    assert kept is not None
    assert kept.trace_id == TRACE_ID
    seen: list[TraceContext | None] = []
    spans.over(lambda _message: seen.append(current()))(delivered(GIVEN))
    spans.over(lambda _message: seen.append(current()))(delivered())
    assert seen == [TraceContext(TRACE_ID, SPAN_ID, 1, "a=b"), None]


def of_kind(running: Running, kind: str) -> list[dict[str, Any]]:
    return [line for line in running.lines if line.get("kind") == f"SpanKind.{kind}"]


@pytest.mark.needs("broker")
@pytest.mark.parametrize("pool", ["threads", "processes"])
def test_spans_lead_from_the_producer_to_the_handlers_own_work(bench: Bench, pool: str) -> None:
    producer = bench.start("produce", source="traced:orders", trace=True)
    assert producer.exit_code() == 0
    consumer = bench.start(
        "consume", handler="traced:handle", count=2, trace=True, pool=pool, threads=1
    )
    assert consumer.exit_code() == 0
    published, processed = of_kind(producer, "PRODUCER"), of_kind(consumer, "CONSUMER")
    own = [line for line in consumer.lines if line.get("name") == "own work"]
    assert len(published) == len(processed) == len(own) == 2
    for sent, handled, inner in zip(published, processed, own, strict=True):
        assert handled["parent_id"] == sent["context"]["span_id"]
        assert inner["parent_id"] == handled["context"]["span_id"]
        assert inner["context"]["trace_id"] == sent["context"]["trace_id"]
    assert published[1]["context"]["trace_id"] == f"0x{TRACE_ID}"
    assert [line["trace_id"] for line in consumer.find("handling")] == [
        each["context"]["trace_id"].removeprefix("0x") for each in processed
    ]


@pytest.mark.needs("broker")
def test_a_batch_links_to_what_was_published(bench: Bench) -> None:
    producer = bench.start("produce", source="traced:orders", trace=True)
    assert producer.exit_code() == 0
    consumer = bench.start("consume", handler="traced:handle_many", count=2, trace=True)
    assert consumer.exit_code() == 0
    [batch] = of_kind(consumer, "CONSUMER")
    assert [link["context"]["span_id"] for link in batch["links"]] == [
        sent["context"]["span_id"] for sent in of_kind(producer, "PRODUCER")
    ]
