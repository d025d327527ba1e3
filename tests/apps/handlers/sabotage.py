"""A handler whose module breaks the worker, as a bug in the worker itself would."""

from __future__ import annotations

from typing import Any

from workers import Message, health


def broken(*_: Any) -> int:
    raise RuntimeError("a bug")


health.serve = broken


def handle(_message: Message) -> None:
    """Never get that far."""
