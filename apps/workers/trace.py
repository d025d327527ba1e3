"""Which trace a message belongs to: W3C Trace Context (https://www.w3.org/TR/trace-context/).

It travels in the headers `traceparent` and `tracestate`, as OpenTelemetry writes and reads them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

PARENT, STATE = "traceparent", "tracestate"
SAMPLED = 1
"""The flag that lets those who come after record what they do."""
# Version 00 has nothing more; a later one may, after another dash. Version ff is forbidden.
_SHAPE = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?"
)
_FIRST_VERSION = "00-"
_LENGTH = 55


class TraceContext(NamedTuple):
    """A place in a trace: what is done for a message is done on behalf of it."""

    trace_id: str
    """32 hexadecimal digits in lower case, the same for all that belongs together."""
    span_id: str
    """16 hexadecimal digits: what caused this, such as the publish of a message."""
    flags: int = SAMPLED
    state: str = ""
    """What tracing systems add for themselves, as it came."""

    @classmethod
    def new(cls) -> TraceContext:
        """Begin a trace."""
        trace_id = random.getrandbits(128) or 1
        span_id = random.getrandbits(64) or 1
        return cls(f"{trace_id:032x}", f"{span_id:016x}")

    @classmethod
    def of(cls, headers: Mapping[str, Any] | None) -> TraceContext | None:
        """Read it from headers; None where they have none, or one that is not valid."""
        parent = headers.get(PARENT) if headers else None
        if not isinstance(parent, str) or not (found := _SHAPE.fullmatch(parent)):
            return None
        if parent.startswith(_FIRST_VERSION) and len(parent) != _LENGTH:
            return None
        state = headers.get(STATE) if headers else None
        return cls(found[1], found[2], int(found[3], 16), state if isinstance(state, str) else "")

    @property
    def parent(self) -> str:
        """The value of the header `traceparent`."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers to give on with what is done on behalf of it, such as a request by HTTP."""
        return {PARENT: self.parent, **({STATE: self.state} if self.state else {})}

    @property
    def fields(self) -> dict[str, str]:
        """What a log line says of it."""
        return {"trace_id": self.trace_id, "span_id": self.span_id}


_CURRENT: ContextVar[TraceContext | None] = ContextVar("workers_trace", default=None)


def current() -> TraceContext | None:
    """Return what is handled in this thread just now, if MQ_TRACE asks to keep it."""
    return _CURRENT.get()


@contextmanager
def entered(context: TraceContext | None) -> Iterator[None]:
    """Make a context the current one of this thread."""
    token = _CURRENT.set(context)
    try:
        yield
    finally:
        _CURRENT.reset(token)
