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
    key, path = (
        SequenceMatcher(None, one.lower(), other.lower()).ratio()
        for one, other in (
            (gone.path[-1], offer.path[-1]),
            (".".join(gone.path), ".".join(offer.path)),
        )
    )
    is_same = gone.default == offer.default
    bonus = 0.25 if is_same and gone.default not in _TRIVIAL else 0.1 if is_same else 0
    return max(key, path) * 0.5 + (key + path) * 0.25 + bonus


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping) and value:
        for inner in value.values():
            yield from _leaves(inner)
    else:
        yield value
