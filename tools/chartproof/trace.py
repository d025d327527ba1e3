"""From a rendered line back to the line of a template that wrote it, by comparing texts.

Templates leave no record of what they wrote, so this is a search: a line of a template can have
written a rendered one if its fixed parts stand there in order. Of several, in the template
itself and in the partials it may include, that one wins whose lines before fit best to the
rendered lines before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

_ACTION = re.compile(r"\{\{.*?(?:\}\}|$)")
_CONTEXT, _ENOUGH = 12, 3


class _Pattern(NamedTuple):
    """What a line of a template can render: its fixed parts in order, and anything in between.

    `size` is the number of its own characters, those that stand between parts counted too.
    """

    fixed: Sequence[str]
    size: int


def origin(files: Mapping[str, str], template: str, text: str, line: int) -> tuple[str, int | None]:
    """Return file and line, from 1, that wrote line `line` of `text`, the output of `template`.

    The line is None, and the file the template, where nothing fits well or several fit alike.
    """
    rendered = text.splitlines()[:line]
    partials = [name for name in files if name.rpartition("/")[2].startswith("_")]
    fitting = [
        (score, name, at)
        for name in (template, *partials)
        for score, at in _fitting(files.get(name, ""), rendered)
    ]
    best = max((score for score, *_ in fitting), default=_Score(0, 0, 0))
    if best.agreed < min(_ENOUGH, line - 1):
        return template, None
    places = [(name, at) for score, name, at in fitting if score == best]
    own = [place for place in places if place[0] == template]
    if own or len(places) == 1:
        return (own or places)[-1]
    return template, None


class _Score(NamedTuple):
    """How well a line fits: how many before it do, its own fixed characters, how close they are."""

    agreed: int
    fixed: int
    closeness: int


def _fitting(source: str, rendered: Sequence[str]) -> Iterator[tuple[_Score, int]]:
    """Give each line of `source` that fits the last rendered line, after how well it does."""
    *before, last = rendered or [""]
    patterns = _patterns(source)
    for at, pattern in enumerate(patterns):
        if pattern and _fits(pattern, last):
            agreed, above = _agreement(patterns[:at], before[-_CONTEXT:])
            yield _Score(agreed, pattern.size, above - at), at + 1


def _agreement(patterns: Sequence[_Pattern | None], rendered: Sequence[str]) -> tuple[int, int]:
    """Fit rendered lines to patterns from the last one up: return how many, and the topmost."""
    agreed, above = 0, len(patterns)
    for line in reversed(rendered):
        fitting = [at for at in range(above) if _fits(patterns[at], line)]
        if fitting:
            agreed, above = agreed + 1, fitting[-1]
    return agreed, above


def _fits(pattern: _Pattern | None, line: str) -> bool:
    if pattern is None:
        return False
    text, (first, *others) = line.strip(), pattern.fixed
    if not others:
        return text == first
    *middle, last = others
    at, end = len(first), len(text) - len(last)
    if at > end or not (text.startswith(first) and text.endswith(last)):
        return False
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


@lru_cache(maxsize=256)
def _patterns(source: str) -> tuple[_Pattern | None, ...]:
    """Turn each line of a template into what it can render."""
    return tuple(_pattern(line.strip()) for line in source.splitlines())


def _pattern(line: str) -> _Pattern | None:
    """Let actions stand for anything; a line with no word of its own stands for nothing."""
    fixed = [part.strip() for part in _ACTION.split(line)]
    if not any(char.isalnum() for part in fixed for char in part):
        return None
    return _Pattern(fixed, len(".*".join(map(re.escape, fixed))))
