"""The functions that messages are given to."""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Callable
from typing import Any, TypeAlias, get_type_hints

from workers import logs
from workers.message import Message
from workers.settings import ConfigError

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
    handler = load_callable("MQ_HANDLER", spec)
    if inspect.iscoroutinefunction(handler) or inspect.isgeneratorfunction(handler):
        # Called, it would only return; its message would be acknowledged and never handled.
        kind = "async" if inspect.iscoroutinefunction(handler) else "a generator"
        raise ConfigError(f"MQ_HANDLER={spec}: it is {kind}, and is run as a plain function")
    return handler


def load_callable(variable: str, spec: str) -> Callable[..., Any]:
    """Import what a variable gives as `module:name`. Raises ConfigError as `load` does."""
    try:
        return _import(spec)
    except ConfigError as error:
        raise ConfigError(f"{variable}={spec}: {error}") from error.__cause__


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


def _import(spec: str) -> Callable[..., Any]:
    module_name, colon, name = spec.partition(":")
    if not (module_name and colon and name):
        raise ConfigError("expected module:function")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and f"{module_name}.".startswith(f"{error.name}."):
            hint = "is it installed, or its folder on PYTHONPATH?"
            raise ConfigError(f"there is no module {error.name!r}; {hint}") from None
        raise ConfigError(f"its module imports {error.name!r}, which is not installed") from None
    except Exception as error:
        raise ConfigError(f"its module raised {type(error).__name__}: {error}") from error
    found = getattr(module, name, None)
    if found is None:
        nearest = difflib.get_close_matches(name, vars(module), n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise ConfigError(f"module {module_name!r} has no {name!r}{hint}")
    if not callable(found):
        raise ConfigError(f"{name!r} is of type {type(found).__name__}, not a function")
    return found  # type: ignore[no-any-return]
