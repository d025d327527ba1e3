"""Trying a handler or a source, and a line for each message of what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers import loader
from workers.handlers import takes_batches
from workers.message import Message
from workers.outcome import Result
from workers.protocols import BatchHandler, Handler
from workers.source import Source
from workers.testing import Attempt, Produced, SourceFailedError, consume, settings
from workers.testing.produce import produce_from
from workers.testing.publishes import Desk

ENDS = {
    Result.HANDLED: "ack",
    Result.DUPLICATE: "ack",
    Result.FAILED: "retry",
    Result.TIMEOUT: "retry",
    Result.REJECTED: "dead letter",
}
"""What becomes of a message after one attempt, by how that ended."""
SHOWN_BYTES = 40


class Trial:
    """What was found out; `good` when all went as it should."""

    def __init__(self) -> None:
        self.good = True
        self.lines: list[str] = []

    @classmethod
    def of_handler(
        cls, handler: Handler | BatchHandler, messages: Sequence[Message], seconds: float
    ) -> Trial:
        """Give a handler messages, once each; it is interrupted after so many seconds."""
        trial = cls()
        many = len(messages)
        try:
            consumed = consume(
                handler,
                messages,
                delivery_limit=0,
                handler_timeout=seconds,
                batch=many if takes_batches(handler) else None,
                prefetch=many,
                patience=2 * seconds + 1,
            )
        except TimeoutError:
            trial._fail(f"it still runs after {2 * seconds:g} s, and cannot be interrupted")
            return trial
        for number, fate in enumerate(consumed.fates, 1):
            [attempt] = fate.attempts
            size = f"{len(fate.message.body)} bytes"
            line = f"message {number}  {size}  {ENDS[attempt.result]}{_why(attempt)}"
            trial._add(line, good=fate.acked)
        return trial

    @classmethod
    def of_source(cls, origin: Source, count: int, seconds: float) -> Trial:
        """Take so many messages of a source, which may keep its reader waiting so long for each."""
        trial = cls()
        try:
            produced = produce_from(origin, settings.made(rate=0, count=count), Desk(), seconds)
        except SourceFailedError as failed:
            trial._show(failed.produced)
            trial._fail(str(failed))
            return trial
        trial._show(produced)
        if len(produced.taken) < count:
            count = len(produced.taken)
            trial._add(f"it ended after {count} message{'' if count == 1 else 's'}")
        return trial

    def _show(self, produced: Produced) -> None:
        for number, message in enumerate(produced.taken, 1):
            self._add(f"message {number}  {'  '.join(_told(message))}")

    def _add(self, line: str, good: bool = True) -> None:
        self.lines.append(line)
        self.good = self.good and good

    def _fail(self, line: str) -> None:
        self._add(line, good=False)


def _why(attempt: Attempt) -> str:
    error = attempt.error
    if error is None:
        return ""
    at = loader.raised_at(error)
    return f": {type(error).__name__}: {error}{at}"


def _told(message: Message) -> Iterator[str]:
    yield f"{len(message.body)} bytes"
    yield f"{message.content_type}"
    if message.headers:
        yield f"headers {dict(message.headers)}"
    start = message.body[:SHOWN_BYTES]
    more = "..." if len(message.body) > SHOWN_BYTES else ""
    yield f"{start.decode(errors='replace')!r}{more}"
