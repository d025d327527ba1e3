"""Where a producer's messages come from."""

from __future__ import annotations

import difflib
import inspect
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any, BinaryIO

from workers import loader

VARIABLE = "MQ_SOURCE"
COUNTER = "counter"
LINES = "lines:"
STANDARD_INPUT = "-"
SHAPES = "counter, lines:PATH, lines:- or module:function"
START = "start"


@dataclass(frozen=True)
class Source:
    """What gives messages, each as bytes, str or Publishing."""

    spec: str
    open: Callable[[int], Iterable[object]]
    """Begins with the message of this number, which is 1 where `has_position` is false. Raises
    ConfigError where there is nothing to read from."""
    has_position: bool
    """It can begin anywhere, and gives the same messages each time."""
    may_wait: bool
    """It may keep its reader waiting, for input or for what the user's code does."""


def load(spec: str, largest: int) -> Source:
    """Return the source that MQ_SOURCE names; a line is read up to `largest` bytes and a bit.

    Raises ConfigError that says what is wrong with the name.
    """
    if spec == COUNTER:
        return Source(spec, greetings, has_position=True, may_wait=False)
    if spec.startswith(LINES):
        return _lines(spec, spec.removeprefix(LINES), largest)
    if ":" not in spec:
        nearest = difflib.get_close_matches(spec, [COUNTER], n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else f"expected {SHAPES}"
        raise loader.fault(VARIABLE, spec, f"there is no such source; {hint}")
    return of(loader.load(VARIABLE, spec), spec)


def greetings(start: int = 1) -> Iterator[bytes]:
    """Give the tutorial's "Hello World N!" from N = `start` on, without an end."""
    for number in count(start):
        yield b"Hello World %d!" % number


def _lines(spec: str, path: str, largest: int) -> Source:
    if path == STANDARD_INPUT:
        return Source(spec, lambda _: _each_line(sys.stdin.buffer, largest), False, may_wait=True)
    try:
        is_file = stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - no Path for an empty name
    except OSError as error:
        raise loader.fault(VARIABLE, spec, f"{error.strerror}; expected {SHAPES}") from None

    def read(start: int) -> Iterator[bytes]:
        try:
            file = Path(path).open("rb")  # noqa: SIM115 - _each_line closes it
        except OSError as error:
            raise loader.fault(VARIABLE, spec, str(error.strerror)) from None
        lines = _each_line(file, largest)
        skipped = sum(1 for _ in islice(lines, start - 1))
        if skipped < start - 1:
            raise loader.fault(
                VARIABLE, spec, f"it has {skipped} lines, and {start - 1} were published before"
            )
        return lines

    return Source(spec, read, has_position=is_file, may_wait=not is_file)


def _each_line(file: BinaryIO, largest: int) -> Iterator[bytes]:
    """Give each line without its line break. One that is too long comes in a part too long."""
    with file:
        while line := file.readline(largest + 2):
            yield line.removesuffix(b"\n")


def of(function: Callable[..., Any], spec: str) -> Source:
    """Return the source that a function of the user's is; `spec` is its name in errors.

    Raises ConfigError for what is none.
    """
    why = None
    if inspect.isasyncgenfunction(function) or inspect.iscoroutinefunction(function):
        why = "it is asynchronous; expected a plain generator"
    elif names := _unknown_needs(function):
        why = f"it takes ({', '.join(names)}); expected nothing, or start: int"
    if why:
        raise loader.fault(VARIABLE, spec, f"{why}{loader.where(function)}")
    has_position = _takes_start(function)

    def call(start: int) -> Iterable[object]:
        return _begin(spec, function, {START: start} if has_position else {})

    return Source(spec, call, has_position, may_wait=True)


def _unknown_needs(function: Callable[..., Any]) -> list[str]:
    """Return what a function has to be given, if that is more than where to start."""
    needed = [
        each.name
        for each in _parameters(function)
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    return needed if set(needed) - {START} else []


def _takes_start(function: Callable[..., Any]) -> bool:
    """Tell whether a function can begin anywhere."""
    return any(
        each.name == START and each.kind is not each.POSITIONAL_ONLY
        for each in _parameters(function)
    )


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:  # Written in C, it does not say.
        return []


def _begin(spec: str, function: Callable[..., Any], arguments: dict[str, int]) -> Iterable[object]:
    """Call the user's function and hold what it returns against what a source is."""
    try:
        given = function(**arguments)
    except (Exception, SystemExit) as error:
        why = f"it raised {type(error).__name__}: {error}{loader.raised_at(error)}"
        raise loader.fault(VARIABLE, spec, why) from error
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        why = f"it returned {type(given).__name__}; expected a generator of messages"
        raise loader.fault(VARIABLE, spec, f"{why}{loader.where(function)}")
    return given
