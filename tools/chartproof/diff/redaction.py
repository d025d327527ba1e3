"""What a report may show: nothing of a Secret, and no password that stands elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartproof.diff.fields import FieldChange, Item, Path
from chartproof.wiring.secrecy import exposed

HIDDEN, OTHER = "(hidden)", "(hidden, another one)"
_OF_SECRET = ("data", "stringData")


def redacted(kind: str, change: FieldChange) -> FieldChange:
    """Hide what is secret in a difference between two objects of a kind, or between values.

    A new secret is still seen to be another one than the old.
    """
    path = change.path
    if kind == "Secret" and path[:1] and path[0] in _OF_SECRET:
        old, new = (_without_leaves(side) for side in (change.old, change.new))
    else:
        old, new = (_clean(side, _key(path)) for side in (change.old, change.new))
    if isinstance(old, str) and old == new:
        new = OTHER if new == HIDDEN else f"{new} {OTHER}"
    return FieldChange(path, old, new)


def _key(path: Path) -> str:
    """Give the name that tells what a value is: that of the variable for `env[NAME].value`."""
    if not path or "checksum" in path[-1]:  # checksum/secret is no secret
        return ""
    if path[-1] == "value" and len(path) > 1 and isinstance(path[-2], Item):
        return path[-2]
    return path[-1]


def _without_leaves(body: Any) -> Any:
    if isinstance(body, Mapping):
        return {key: _without_leaves(value) for key, value in body.items()}
    return HIDDEN if isinstance(body, str) else body


def _clean(body: Any, key: str) -> Any:
    if isinstance(body, Mapping):
        name = body.get("name")
        return {
            inner: _clean(value, str(name) if inner == "value" and name else str(inner))
            for inner, value in body.items()
        }
    if isinstance(body, list):
        return [_clean(item, key) for item in body]
    return _clean_text(body, key) if isinstance(body, str) else body


def _clean_text(text: str, key: str) -> str:
    found = dict(exposed(key, text))
    if not found:
        return text
    lines = text.splitlines()
    if len(lines) == 1:
        return HIDDEN
    return "\n".join(
        f"{found[number]}: {HIDDEN}" if number in found else line
        for number, line in enumerate(lines)
    )
