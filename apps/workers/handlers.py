"""The functions that messages are given to."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeAlias, get_type_hints

from workers import loader, logs
from workers.message import Message

Handler: TypeAlias = Callable[[Message], object]
"""Takes one message. A return acknowledges it; Reject dead-letters it; any other exception
gives it back to the queue, which counts towards the queue's delivery limit."""
BatchHandler: TypeAlias = Callable[[list[Message]], object]
"""Takes many messages, and says so: its first parameter is annotated `list[Message]`. A return
acknowledges all of them; SomeFailed tells which ones failed; any other exception is for all."""
AnyHandler: TypeAlias = Handler | BatchHandler


def log_message(message: Message) -> None:
    """Log the body: the default handler."""
    logs.event("message", body=message.body.decode(errors="replace"), id=message.id)


def load(spec: str) -> AnyHandler:
    """Import a handler given as `module:function`.

    Raises ConfigError that says which part of it is wrong.
    """
    handler = loader.load("MQ_HANDLER", spec)
    if inspect.iscoroutinefunction(handler) or inspect.isgeneratorfunction(handler):
        # Called, it would only return; its message would be acknowledged and never handled.
        kind = "async" if inspect.iscoroutinefunction(handler) else "a generator"
        raise loader.fault("MQ_HANDLER", spec, f"it is {kind}, and is run as a plain function")
    return handler


def takes_batches(handler: AnyHandler) -> bool:
    """Tell by the annotation of its first parameter whether a handler takes many messages."""
    function = handler if inspect.isroutine(handler) else type(handler).__call__
    try:
        first = next(iter(inspect.signature(handler).parameters.values()))
    except (TypeError, ValueError, StopIteration):
        return False
    try:
        annotation = get_type_hints(function).get(first.name)
    except Exception:  # a name that is imported for type checkers only
        annotation = first.annotation
    if isinstance(annotation, str):
        return annotation.replace(" ", "").endswith("list[Message]")
    return bool(annotation == list[Message])
