"""From a rendered line back to the template line that wrote it, by comparing texts.

Templates keep no record of what they wrote, so this is a search: a template line can have
written a rendered one when its fixed parts stand there in order. Among several the one wins
whose surroundings match best.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

_ACTION = re.compile(r"\{\{.*?(?:\}\}|$)")
_CONTEXT = 12


def origin(files: Mapping[str, str], template: str, text: str, line: int) -> tuple[str, int | None]:
    """Return file and line, from 1, that wrote line `line` of `text`, the output of `template`.

    Where the template itself has no such line, one of the partials may. The line is None where
    nothing fits.
    """
    rendered = text.splitlines()[:line]
    found = _best(files.get(template, ""), rendered)
    if found:
        return template, found
    partials = {
        name: found
        for name, source in files.items()
        if name.rpartition("/")[2].startswith("_") and (found := _best(source, rendered))
    }
    if len(partials) == 1:
        return next(iter(partials.items()))
    return template, None


def _best(source: str, rendered: Sequence[str]) -> int | None:
    """Return the line of `source` that fits the last rendered line best, or None."""
    patterns = _patterns(source)
    if not rendered:
        return None
    candidates = [at for at in range(len(patterns)) if _fits(patterns[at], rendered[-1])]
    if not candidates:
        return None
    return 1 + max(candidates, key=lambda at: _agreement(patterns[:at], rendered[:-1]))


def _agreement(patterns: Sequence[re.Pattern[str] | None], rendered: Sequence[str]) -> int:
    """Count how many of the lines before have a line before that fits, in the same order."""
    agreed = 0
    for line in reversed(rendered[-_CONTEXT:]):
        above = next((at for at in reversed(range(len(patterns))) if _fits(patterns[at], line)), -1)
        if above >= 0:
            agreed += 1
            patterns = patterns[:above]
    return agreed


def _fits(pattern: re.Pattern[str] | None, line: str) -> bool:
    return pattern is not None and pattern.fullmatch(line.strip()) is not None


@lru_cache(maxsize=256)
def _patterns(source: str) -> list[re.Pattern[str] | None]:
    """Turn each line of a template into what it can render, None for actions alone."""
    return [_pattern(line.strip()) for line in source.splitlines()]


def _pattern(line: str) -> re.Pattern[str] | None:
    fixed = _ACTION.split(line)
    if not any(any(char.isalnum() for char in part) for part in fixed):
        return None
    return re.compile(".*".join(re.escape(part.strip()) for part in fixed))
