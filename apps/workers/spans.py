"""Spans of OpenTelemetry, by its conventions for messaging and RabbitMQ.

https://opentelemetry.io/docs/specs/semconv/messaging/rabbitmq/. Only the API is used: without an
SDK that somebody has set up, its spans record nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from opentelemetry import propagate
from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    Span,
    SpanKind,
    StatusCode,
    get_current_span,
    get_tracer,
    set_span_in_context,
    use_span,
)

from workers import trace
from workers.message import Message, SomeFailed, UnreadableError
from workers.publishing import Outgoing
from workers.trace import PARENT, TraceContext

SYSTEM = {"messaging.system": "rabbitmq"}
PUBLISH = {"messaging.operation.name": "publish", "messaging.operation.type": "send"}
PROCESS = {"messaging.operation.name": "process", "messaging.operation.type": "process"}

Attributes = Mapping[str, str | int]


class Spans:
    """Makes a span for each publish and for each call of a handler."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._tracer = get_tracer("workers")

    def outgoing(self, message: Outgoing) -> Outgoing:
        """Note a publish, within the trace that the source gave, and hand its context on."""
        headers = message.headers or {}
        before = _extracted(headers)
        span = self._tracer.start_span(
            f"publish {self._queue}",
            before,
            SpanKind.PRODUCER,
            {
                **SYSTEM,
                **PUBLISH,
                **_told("", self._queue, self._queue),
                "messaging.message.id": message.id,
                "messaging.message.body.size": len(message.body),
            },
        )
        span.end()
        carrier: dict[str, str] = {}
        propagate.inject(carrier, set_span_in_context(span, before))
        if PARENT not in carrier:  # Nobody records, and the source gave none.
            carrier.update(TraceContext.new().headers)
        return message._replace(headers={**headers, **carrier})

    def over(self, handler: Callable[[Any], object]) -> Callable[[Any], object]:
        """Return a handler whose calls are spans: of one message within its trace, of a batch in
        a trace of its own, with a link to each message's."""

        def traced(given: Message | list[Message]) -> None:
            span = self._of_many(given) if isinstance(given, list) else self._of_one(given)
            with (
                use_span(
                    span, end_on_exit=True, record_exception=False, set_status_on_exception=False
                ),
                trace.entered(_context(span)),
            ):
                try:
                    handler(given)
                except BaseException as error:
                    _fail(span, error)
                    raise

        return traced

    def _of_one(self, message: Message) -> Span:
        attributes = {**_told(message.exchange, message.routing_key, self._queue)}
        if id_ := message.known_id:
            attributes["messaging.message.id"] = id_
        attributes["messaging.message.body.size"] = len(message.body)
        return self._process(attributes, _within(message))

    def _of_many(self, messages: Iterable[Message]) -> Span:
        batch = list(messages)
        contexts = [get_current_span(_within(each)) for each in batch]
        links = [Link(span.get_span_context()) for span in contexts]
        first = batch[0]
        attributes = {**_told(first.exchange, first.routing_key, self._queue)}
        attributes["messaging.batch.message_count"] = len(batch)
        return self._process(
            attributes, Context(), [each for each in links if each.context.is_valid]
        )

    def _process(self, attributes: Attributes, within: Context, links: Iterable[Link] = ()) -> Span:
        return self._tracer.start_span(
            f"process {attributes['messaging.destination.name']}",
            within,
            SpanKind.CONSUMER,
            {**SYSTEM, **PROCESS, **attributes},
            list(links),
        )


def _told(exchange: str, routing_key: str, queue: str) -> dict[str, str | int]:
    """Say where a message went, each part of it once."""
    parts = dict.fromkeys(filter(None, (exchange, routing_key, queue)))
    return {
        "messaging.destination.name": ":".join(parts),
        "messaging.rabbitmq.destination.routing_key": routing_key,
    }


def _within(message: Message) -> Context:
    """Return the context that a message came with; none where its headers cannot be read."""
    try:
        return _extracted(message.headers)
    except UnreadableError:
        return Context()


def _extracted(headers: Mapping[str, Any]) -> Context:
    """Return the context of headers and of nothing else: no other message's."""
    texts = {name: text for name, text in headers.items() if isinstance(text, str)}
    return propagate.extract(texts, Context())


def _context(span: Span) -> TraceContext | None:
    told = span.get_span_context()
    if not told.is_valid:
        return None
    state = told.trace_state.to_header()
    return TraceContext(f"{told.trace_id:032x}", f"{told.span_id:016x}", told.trace_flags, state)


def _fail(span: Span, error: BaseException) -> None:
    """Note that a handler has not taken its message, or some of a batch."""
    kind = type(error)
    # "error.type" is to have few values: the class, and never the text.
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    span.set_attribute("error.type", name)
    if not isinstance(error, SomeFailed):
        span.record_exception(error)
    span.set_status(StatusCode.ERROR, str(error))
