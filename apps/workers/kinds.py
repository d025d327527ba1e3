"""Which of the things that users write a function is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, get_origin, get_type_hints

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
    messages and needs none: it yields, or is annotated to return what can be gone through, and
    takes nothing but `start`. All else is a handler.
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
    """Tell whether it has to be given something that is no number to start from."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return True
    if any(each.name == source.START for each in parameters):
        return False
    yields = inspect.isgeneratorfunction(found) or inspect.isasyncgenfunction(found)
    if yields or _is_iterable(_returned(found)):
        return any(handlers.is_message(found, each) for each in parameters)
    return any(each.kind is not each.KEYWORD_ONLY for each in parameters)


def _returned(found: Callable[..., Any]) -> Any:
    """Return what it is annotated to return."""
    try:
        return get_type_hints(inspect.unwrap(found)).get("return")
    except Exception:  # a name that is imported for type checkers only, or no function
        return None


def _is_iterable(annotation: Any) -> bool:
    kind = get_origin(annotation) or annotation
    return inspect.isclass(kind) and issubclass(kind, Iterable)
