"""The errors a user reads, and the helper that finds the name they may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ChartproofError(Exception):
    """A failure whose text is the whole message for the user (it may have several lines)."""

    exit_code = 1


class InputError(ChartproofError):
    """Usage or input that cannot be worked with: a missing file, a malformed option."""

    exit_code = 2


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like `name`, or None when none comes close."""
    matches = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None
