"""How much room text takes, without a font to measure it by."""

from __future__ import annotations

import textwrap

MONOSPACE = 0.61
"""The width of a letter of the common monospaced fonts, in parts of their size."""
PROPORTIONAL = 0.58
"""The same of sans-serif fonts on average, on the safe side for the words that pictures hold."""

_LONGEST = 28


def elided(text: str, longest: int = _LONGEST) -> str:
    """Cut what is too long in its middle: names differ at their ends."""
    if len(text) <= longest:
        return text
    head = (longest - 1) // 2
    return f"{text[:head]}…{text[head + 1 - longest :]}"


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Break a text in the proportional font of `size` into lines of at most `width`."""
    return textwrap.wrap(text, max(20, int(width / (size * PROPORTIONAL))))
