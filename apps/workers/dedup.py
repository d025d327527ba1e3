"""Knowing again, by their ids, messages that were handled before."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

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
    except Exception as error:
        why = f"it raised {type(error).__name__}: {error}{loader.raised_at(error)}"
        raise loader.fault(VARIABLE, spec, why) from error
    for method in METHODS:
        if not callable(getattr(dedup, method, None)):
            why = f"what it returns, of type {type(dedup).__name__}, has no {method}()"
            raise loader.fault(VARIABLE, spec, f"{why}{loader.where(made)}")
    return dedup  # type: ignore[no-any-return]
