"""One line for each event, on standard output."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from workers import trace
from workers.message import Message

_LOGGER = logging.getLogger("workers")


def event(
    name: str,
    /,
    level: int = logging.INFO,
    error: bool | BaseException = False,
    **fields: Any,
) -> None:
    """Log an event by its name and fields; `error` adds an exception, or the one being handled."""
    _LOGGER.log(level, name, exc_info=error, extra={"fields": fields})


def about(message: Message) -> dict[str, Any]:
    """Return the fields that tell which message an event is about, as far as it can be read."""
    context = message.trace
    return {"id": message.known_id, **(context.fields if context else {})}


def set_up(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send every logger's lines to standard output, as `json` or for a `human`.

    To another `stream` where a command has something else to print.
    """
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter() if form == "json" else HumanFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # What pika reports reaches the log as events; its own lines repeat them with its internals.
    logging.getLogger("pika").setLevel("INFO" if level == "debug" else "CRITICAL")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    # Formatted in the thread that logs, so that its trace is the current one.
    context = trace.current()
    fields: dict[str, Any] = {
        **(context.fields if context else {}),
        **getattr(record, "fields", {}),
    }
    if record.name != _LOGGER.name:
        fields["logger"] = record.name
    return fields


class JsonFormatter(logging.Formatter):
    """A record as one JSON object; its traceback, if any, is a field."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class HumanFormatter(logging.Formatter):
    """A record for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the traceback below it."""
        clock = self.formatTime(record, "%H:%M:%S")
        fields = "".join(f"  {name}={value}" for name, value in _fields(record).items())
        line = f"{clock} {record.levelname.lower():7} {record.getMessage()}{fields}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line
