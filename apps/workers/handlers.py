"""The functions that messages are given to."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from inspect import Parameter
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

from workers import loader, logs
from workers.message import Message
from workers.protocols import BatchHandler, Handler

VARIABLE = "MQ_HANDLER"
ONE = "one parameter: message: Message, or messages: list[Message]"
AnyHandler: TypeAlias = Handler | BatchHandler

POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def log_message(message: Message) -> None:
    """Log the body: the default handler."""
    logs.event("message", body=message.body.decode(errors="replace"), **logs.about(message))


def load(spec: str) -> AnyHandler:
    """Import a handler given as `module:function`.

    Raises ConfigError that says which part of it is wrong.
    """
    handler = loader.load(VARIABLE, spec)
    check(handler, spec)
    return handler


def check(handler: Callable[..., Any], spec: str) -> None:
    """Raise ConfigError for what can be called, and yet not as a handler."""
    if why := _fault(handler):
        raise loader.fault(VARIABLE, spec, f"{why}{loader.where(handler)}")


def takes_batches(handler: Callable[..., Any]) -> bool:
    """Tell by the annotation of its first parameter whether a handler takes many messages."""
    parameters = _parameters(handler)
    if not parameters:
        return False
    annotation = _annotation(handler, parameters[0])
    if isinstance(annotation, str):
        return annotation.replace(" ", "").endswith("list[Message]")
    return get_origin(annotation) is list and get_args(annotation) == (Message,)


def is_message(function: Callable[..., Any], parameter: Parameter) -> bool:
    """Tell whether a parameter is annotated as a message, or many, or named like that."""
    annotation = _annotation(function, parameter)
    if annotation is parameter.empty or isinstance(annotation, str):
        return parameter.name in ("message", "messages")
    return Message in (annotation, *get_args(annotation))


def _fault(handler: Callable[..., Any]) -> str | None:
    """Say what keeps it from being a handler."""
    function = _function(handler)
    if inspect.isclass(handler):
        return f"it is a class, and a call only makes one; expected {ONE}"
    # Called, these would only return; their messages would be acknowledged and never handled.
    if inspect.iscoroutinefunction(function):
        return "it is async, and is run as a plain function"
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return "it is a generator, and is run as a plain function"
    parameters = _parameters(handler)
    if parameters is None:
        return None  # Written in C, it does not say.
    needed = [each for each in parameters if each.default is each.empty and _is_named(each)]
    takes_one = any(each.kind in (*POSITIONAL, each.VAR_POSITIONAL) for each in parameters)
    alone = [each for each in needed if each.kind in POSITIONAL]
    if not takes_one or len(alone) > 1 or len(needed) > len(alone):
        names = ", ".join(each.name for each in needed)
        return f"it takes ({names}); expected {ONE}"
    return _annotation_fault(handler, parameters[0])


def _annotation_fault(handler: Callable[..., Any], first: Parameter) -> str | None:
    """Say what a parameter is annotated as, if no message is of that kind."""
    annotation = _annotation(handler, first)
    kind = get_origin(annotation) or annotation
    # A class of the user's own may be a protocol that messages meet.
    is_other = isinstance(kind, type) and kind.__module__ in ("builtins", "collections.abc")
    if not is_other or kind is object or takes_batches(handler):
        return None
    plain = annotation.__name__ if annotation is kind else str(annotation)
    shown = plain.replace("workers.message.", "")
    return f"its parameter {first.name!r} is annotated {shown}; expected {ONE}"


def _function(handler: Callable[..., Any]) -> Any:
    """Return what runs when it is called."""
    routine = inspect.isroutine(handler) or isinstance(handler, partial)
    return handler if routine else type(handler).__call__


def _parameters(handler: Callable[..., Any]) -> list[Parameter] | None:
    try:
        return list(inspect.signature(handler).parameters.values())
    except (TypeError, ValueError):
        return None


def _annotation(handler: Callable[..., Any], parameter: Parameter) -> Any:
    function = _function(handler)
    try:
        hints = get_type_hints(inspect.unwrap(function))
    except Exception:  # a name that is imported for type checkers only
        return parameter.annotation
    return hints.get(parameter.name, parameter.annotation)


def _is_named(parameter: Parameter) -> bool:
    return parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
