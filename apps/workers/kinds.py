"""Which of the things that users write a function is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, get_type_hints

from workers import dedup, handlers, source


class Kind(Enum):
    """What a name can be used for."""

    HANDLER = "handler"
    SOURCE = "source"
    DEDUP = "dedup"

    @property
    def variable(self) -> str:
        """Where its name goes."""
        return VARIABLES[self]


VARIABLES = {
    Kind.HANDLER: handlers.VARIABLE,
    Kind.SOURCE: source.VARIABLE,
    Kind.DEDUP: dedup.VARIABLE,
}


def kind_of(found: Callable[..., Any]) -> Kind:
    """Tell what a function or class is meant as, which says nothing of whether it is a good one.

    A class with seen() or add() is a de-duplication, and so is what returns one. A source gives
    messages and takes none: it yields, or it needs nothing but `start` and returns something. All
    else is a handler.
    """
    returned = found if inspect.isclass(found) else _returned(found)
    if _is_store(returned):
        return Kind.DEDUP
    if inspect.isclass(found) or _takes_a_message(found):
        return Kind.HANDLER
    is_async = inspect.iscoroutinefunction(found)
    return Kind.HANDLER if is_async or returned is type(None) else Kind.SOURCE


def _is_store(returned: Any) -> bool:
    # A set has add() as well; nothing that can be gone through is a store.
    if not inspect.isclass(returned) or issubclass(returned, Iterable):
        return False
    return any(hasattr(returned, each) for each in dedup.METHODS)


def _takes_a_message(found: Callable[..., Any]) -> bool:
    """Tell whether it is given something that is no number to start from."""
    try:
        parameters = list(inspect.signature(found).parameters.values())
    except (TypeError, ValueError):
        return True
    if any(handlers.is_message(found, each) for each in parameters):
        return True
    if inspect.isgeneratorfunction(found) or inspect.isasyncgenfunction(found):
        return False
    return any(each.default is each.empty and each.name != source.START for each in parameters)


def _returned(found: Callable[..., Any]) -> Any:
    """Return what it is annotated to return."""
    try:
        return get_type_hints(inspect.unwrap(found)).get("return")
    except Exception:  # a name that is imported for type checkers only, or no function
        return None
