"""What runs in a handler's process: `python -m workers.child`, started by workers.process."""

from __future__ import annotations

import signal
import sys
import traceback
from multiprocessing.connection import Connection
from typing import Any

from workers import handlers, logs, tracing
from workers.message import Message, Reject, SomeFailed
from workers.reply import Failed, Handled, PartlyFailed, Rejected, Reply, Unloadable
from workers.settings import ConfigError
from workers.tracing import Tracing


def main() -> None:
    """Handle what comes over the connection until its other end is closed."""
    descriptor, handler, log_level, log_format, traced_queue = sys.argv[1:]
    for number in (signal.SIGTERM, signal.SIGINT):
        # The parent gets it too and lets the handler finish. Not SIG_IGN, which programs that a
        # handler starts would inherit.
        signal.signal(number, lambda *_: None)
    logs.set_up(log_level, log_format)
    connection: Connection[Any, Any] = Connection(int(descriptor))
    try:
        run(connection, handler, tracing.load(traced_queue) if traced_queue else None)
    except (EOFError, OSError):
        return


def run(connection: Connection[Any, Any], spec: str, traced: Tracing | None) -> None:
    """Load the handler, and answer each message with how it went. Raises EOFError at the end."""
    try:
        handler: Any = handlers.load(spec)
    except ConfigError as error:
        connection.send(Unloadable(str(error)))
        return
    if traced:
        handler = traced.over(handler)
    connection.send(Handled())
    while True:
        connection.send(answer(handler, connection.recv()))


def answer(handler: Any, messages: Message | list[Message]) -> Reply:
    """Run the handler, and say how it went."""
    try:
        handler(messages)
    except SomeFailed as some:
        batch = messages if isinstance(messages, list) else []
        if not batch or not some.errors.keys() <= set(batch):
            return _told(ValueError("SomeFailed names messages that are not in the batch"))
        indexes = {message: index for index, message in enumerate(batch)}
        return PartlyFailed({indexes[each]: _told(error) for each, error in some.errors.items()})
    except Exception as error:
        return _told(error)
    return Handled()


def _told(error: BaseException) -> Rejected | Failed:
    if isinstance(error, Reject):
        return Rejected(str(error))
    text = "".join(traceback.format_exception(error))
    return Failed(f"{type(error).__name__}: {error}", text)


if __name__ == "__main__":
    main()
