"""Knowing again, by their ids, messages that were handled before."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from threading import Lock
from typing import Any

from workers import loader
from workers.protocols import Dedup

VARIABLE = "MQ_DEDUP"
METHODS = ("seen", "add")
REMEMBERED = 100_000


class Recent:
    """Remembers the last ids that this process has handled, `size` of them.

    That is enough for what comes again after a lost connection, while the process lives and the
    broker gives the message to it and to no other. More takes a store that all workers share.
    """

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def seen(self, message_id: str) -> bool:
        """Tell whether the id is among the last ones."""
        with self._lock:
            return message_id in self._ids

    def add(self, message_id: str) -> None:
        """Remember the id, and forget the oldest one when there are too many."""
        with self._lock:
            self._ids[message_id] = None
            self._ids.move_to_end(message_id)
            if len(self._ids) > self._size:
                self._ids.popitem(last=False)


def load(spec: str) -> Dedup:
    """Import what MQ_DEDUP names, and call it. Raises ConfigError when it is not usable."""
    made = loader.load(VARIABLE, spec)
    try:
        dedup = made()
    except (Exception, SystemExit) as error:
        why = f"it raised {type(error).__name__}: {error}{loader.raised_at(error)}"
        raise loader.fault(VARIABLE, spec, why) from error
    for name in METHODS:
        if fault := _fault(getattr(dedup, name, None)):
            kind = type(dedup).__name__
            raise loader.fault(VARIABLE, spec, f"{kind}.{name}() {fault}{loader.where(made)}")
    return dedup  # type: ignore[no-any-return]


def _fault(method: Any) -> str | None:
    """Say why a method of a store cannot be used."""
    if not callable(method):
        return "is not there; expected seen(message_id) and add(message_id)"
    if inspect.iscoroutinefunction(method):
        return "is async, and is run as a plain method"  # and what it returns would count as true
    try:
        signature = inspect.signature(method)
    except ValueError:  # Written in C, it does not say.
        return None
    try:
        signature.bind("id")
    except TypeError:
        return f"takes ({', '.join(signature.parameters)}); expected one message_id: str"
    return None
