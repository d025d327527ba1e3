"""The functions that messages are given to."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from typing import TypeAlias

from workers import logs
from workers.message import Message
from workers.settings import ConfigError

Handler: TypeAlias = Callable[[Message], object]
"""Takes one message. A return acknowledges it; Reject dead-letters it; any other exception
gives it back to the queue, which counts towards the queue's delivery limit."""


def log_message(message: Message) -> None:
    """Log the body: the default handler."""
    logs.event("message", body=message.body.decode(errors="replace"), id=message.id)


def load(spec: str) -> Handler:
    """Import a handler given as `module:function`.

    Raises ConfigError that says which part of it is wrong.
    """
    module_name, colon, function = spec.partition(":")
    if not (module_name and colon and function):
        raise _fault(spec, "expected module:function")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and f"{module_name}.".startswith(f"{error.name}."):
            hint = "is it installed, or its folder on PYTHONPATH?"
            raise _fault(spec, f"there is no module {error.name!r}; {hint}") from None
        raise _fault(spec, f"its module imports {error.name!r}, which is not installed") from None
    except Exception as error:
        raise _fault(spec, f"its module raised {type(error).__name__}: {error}") from error
    handler = getattr(module, function, None)
    if handler is None:
        nearest = difflib.get_close_matches(function, vars(module), n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise _fault(spec, f"module {module_name!r} has no {function!r}{hint}")
    if not callable(handler):
        raise _fault(spec, f"{function!r} is of type {type(handler).__name__}, not a function")
    return handler  # type: ignore[no-any-return]


def _fault(spec: str, fault: str) -> ConfigError:
    return ConfigError(f"MQ_HANDLER={spec}: {fault}")
