"""W3C trace context: reading it, handing it on, and naming it in log lines."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.conftest import Bench
from workers import Message, TraceContext, logs, trace, tracing
from workers.publishing import Outgoing
from workers.testing import consume
from workers.tracing import Contexts

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE_ID}-{SPAN_ID}-01"

contexts = st.builds(
    TraceContext,
    trace_id=st.integers(1, (1 << 128) - 1).map(lambda number: f"{number:032x}"),
    span_id=st.integers(1, (1 << 64) - 1).map(lambda number: f"{number:016x}"),
    flags=st.integers(0, 255),
    state=st.just("") | st.text("abc=,", min_size=1),
)


@given(contexts)
def test_what_is_written_into_headers_is_read_from_them(context: TraceContext) -> None:
    assert TraceContext.of(context.headers) == context


def test_each_new_one_is_a_trace_of_its_own_that_may_be_recorded() -> None:
    made = [TraceContext.new() for _ in range(100)]
    assert len({each.trace_id for each in made}) == 100
    for each in made:
        assert TraceContext.of(each.headers) == each
        assert each.parent.endswith("-01")


@pytest.mark.parametrize(
    "parent",
    [
        f"00-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-ff",
        f"01-{TRACE_ID}-{SPAN_ID}-01",
        f"cc-{TRACE_ID}-{SPAN_ID}-01-what-the-future-will-be-like",
    ],
)
def test_a_valid_parent_is_read(parent: str) -> None:
    context = TraceContext.of({"traceparent": parent})
    assert context is not None
    assert (context.trace_id, context.span_id) == (TRACE_ID, SPAN_ID)


@pytest.mark.parametrize(
    "parent",
    [
        None,
        7,
        b"bytes",
        "",
        TRACE_ID,
        f"ff-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{'0' * 32}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"00-{TRACE_ID.upper()}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-01-more",
        f"00-{TRACE_ID}-{SPAN_ID}-01-",
        f"cc-{TRACE_ID}-{SPAN_ID}-01.what",
        f"00-{TRACE_ID}-{SPAN_ID}",
        f" 00-{TRACE_ID}-{SPAN_ID}-01",
    ],
)
def test_one_that_is_not_valid_counts_as_none(parent: object) -> None:
    assert TraceContext.of({"traceparent": parent}) is None


def test_a_message_has_the_trace_of_its_headers() -> None:
    message = Message(b"", headers={"traceparent": PARENT, "tracestate": "a=b"})
    assert message.trace == TraceContext(TRACE_ID, SPAN_ID, 1, "a=b")
    assert Message(b"").trace is None


def outgoing(**headers: Any) -> Outgoing:
    return Outgoing(1, "a-1", b"body", 1, headers or None)


def test_a_message_of_no_trace_begins_one_and_keeps_its_headers() -> None:
    sent = Contexts().outgoing(outgoing(kind="x", traceparent="broken"))
    assert sent.headers is not None
    assert sent.headers["kind"] == "x"
    assert TraceContext.of(sent.headers)


def test_a_trace_that_the_source_gives_is_left_as_it_is() -> None:
    given = outgoing(traceparent=PARENT, tracestate="a=b")
    assert Contexts().outgoing(given) is given


def test_without_opentelemetry_contexts_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "find_spec", lambda _name: None)
    assert isinstance(tracing.load("orders"), Contexts)


def test_a_handler_runs_in_the_trace_of_its_message_and_leaves_it() -> None:
    seen: list[TraceContext | None] = []
    handler = Contexts().over(lambda _message: seen.append(trace.current()))
    handler(Message(b"", headers={"traceparent": PARENT}))
    handler([Message(b"", headers={"traceparent": PARENT})])
    assert seen == [TraceContext(TRACE_ID, SPAN_ID), None]
    assert trace.current() is None


def test_a_handler_that_raises_leaves_the_trace() -> None:
    def fails(_message: object) -> None:
        raise ValueError("bad")

    with pytest.raises(ValueError, match="bad"):
        Contexts().over(fails)(Message(b"", headers={"traceparent": PARENT}))
    assert trace.current() is None


@pytest.mark.parametrize(
    ("form", "shown"), [("json", f'"trace_id": "{TRACE_ID}"'), ("human", f"trace_id={TRACE_ID}")]
)
def test_every_line_that_is_logged_in_a_trace_names_it(form: str, shown: str) -> None:
    formatter = logs.JsonFormatter() if form == "json" else logs.HumanFormatter()
    record = logging.LogRecord("user", logging.INFO, "", 0, "hello", None, None)
    with trace.entered(TraceContext(TRACE_ID, SPAN_ID)):
        assert shown in formatter.format(record)
    assert "trace_id" not in formatter.format(record)


def test_the_line_of_a_failure_names_the_trace_though_nobody_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(_message: Message) -> None:
        raise ValueError("bad")

    consume(fails, [Message(b"", "a-1", headers={"traceparent": PARENT})], delivery_limit=0)
    [fields] = [vars(record)["fields"] for record in caplog.records if record.msg == "failed"]
    assert (fields["id"], fields["trace_id"]) == ("a-1", TRACE_ID)


@pytest.mark.needs("broker")
@pytest.mark.parametrize("asked", [False, True])
def test_a_producer_gives_traces_when_asked_and_else_adds_nothing(
    bench: Bench, asked: bool
) -> None:
    producer = bench.start("produce", count=3, trace=asked)
    assert producer.exit_code() == 0
    found = [properties.headers for properties, _ in bench.fetch(bench.queue)]
    if asked:
        assert len({TraceContext.of(headers) for headers in found} - {None}) == 3
    else:
        assert found == [None] * 3


@pytest.mark.needs("broker")
@pytest.mark.parametrize("asked", [False, True])
def test_a_trace_of_the_source_reaches_the_handler(bench: Bench, asked: bool) -> None:
    producer = bench.start("produce", source="sources:in_a_trace", trace=asked)
    assert producer.exit_code() == 0
    consumer = bench.start("consume", handler="trial:tell_its_trace", count=1, trace=asked)
    assert consumer.exit_code() == 0
    assert consumer.wait_for("traced")["of_message"] == TRACE_ID
    assert consumer.wait_for("plain").get("trace_id") == (TRACE_ID if asked else None)
