"""Knowing again, by their ids, messages that were handled before."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Protocol

from workers import loader
from workers.settings import ConfigError

REMEMBERED = 100_000


class Dedup(Protocol):
    """What MQ_DEDUP names: a class, or a function that returns such an object.

    It is called once, with nothing. Both methods are called from the handlers' threads, several
    at the same time. What they raise fails the message.
    """

    def seen(self, message_id: str) -> bool:
        """Tell whether a message was handled; asked only of one that comes again, or may."""

    def add(self, message_id: str) -> None:
        """Remember a message as handled: its handler has returned, and nothing is acknowledged."""


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
    made = loader.load("MQ_DEDUP", spec)
    try:
        dedup = made()
    except Exception as error:
        raise ConfigError(f"MQ_DEDUP={spec}: it raised {type(error).__name__}: {error}") from error
    for method in ("seen", "add"):
        if not callable(getattr(dedup, method, None)):
            kind = type(dedup).__name__
            raise ConfigError(
                f"MQ_DEDUP={spec}: what it returns, of type {kind}, has no {method}()"
            )
    return dedup  # type: ignore[no-any-return]
