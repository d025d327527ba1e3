"""The new name that a value seems to have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

ALIKE = 0.7
"""How much of name and content has to be the same, from 0 to 1."""

_TRIVIAL: tuple[Any, ...] = (None, "", 0, 1, True, False, {}, [])
"""Defaults that many values have, so that they tell nothing."""
_COMMON = {"enabled", "create", "name", "type", "annotations", "labels", "tag", "existingSecret"}


@dataclass(frozen=True)
class Value:
    """A value, or a map of them, with its default."""

    path: tuple[str, ...]
    default: Any

    @property
    def size(self) -> int:
        """How many values it stands for."""
        return sum(1 for _ in _leaves(self.default))


def new_name(gone: Value, added: Sequence[Value]) -> Value | None:
    """Return the added value that is most like one that is gone, or None."""
    offers = [(_likeness(gone, offer), offer) for one in added for offer in _inside(one)]
    best = max(offers, key=lambda it: it[0], default=None)
    return best[1] if best and best[0] >= ALIKE else None


def _inside(value: Value) -> Iterator[Value]:
    """Give a value, and all in it."""
    yield value
    if isinstance(value.default, Mapping):
        for key, inner in value.default.items():
            yield from _inside(Value((*value.path, str(key)), inner))


def _likeness(gone: Value, offer: Value) -> float:
    """Weigh the last key, the whole path and the default; a default that tells adds to it."""
    if isinstance(gone.default, Mapping) is not isinstance(offer.default, Mapping):
        return 0
    key = _ratio(_telling(gone.path), _telling(offer.path))
    path = _ratio(".".join(gone.path), ".".join(offer.path))
    beside = 0.1 if gone.path[:-1] == offer.path[:-1] != () else 0
    default = 0.05 if gone.default in _TRIVIAL else 0.3
    return 0.4 * (key + path) + beside + (default if gone.default == offer.default else 0)


def _telling(path: tuple[str, ...]) -> str:
    """Return the last key, and with it the one before where it stands in many places."""
    return ".".join(path[-2:]) if path[-1] in _COMMON else path[-1]


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping) and value:
        for inner in value.values():
            yield from _leaves(inner)
    else:
        yield value
