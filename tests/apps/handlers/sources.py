"""Sources for the tests, loaded by the workers as any user's are."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

from workers import Publishing


def three() -> Iterator[str | bytes | Publishing]:
    """Give one of each kind."""
    yield "one"
    yield b"two"
    yield Publishing("three", id="own-3")


def numbers(start: int) -> Iterator[str]:
    """Count without an end, from anywhere."""
    for number in count(start):
        yield str(number)


def needy(start: int, table: str) -> Iterator[str]:
    """Need what no worker knows."""
    yield f"{start}{table}"


async def later() -> AsyncIterator[str]:
    """Be of the wrong kind."""
    yield "late"


def text() -> str:
    """Give characters, which is never meant."""
    return "text"


def number() -> int:
    """Give nothing that can be gone through."""
    return 3


def no_database() -> Iterator[str]:
    """Fail before the first message."""
    raise OSError("no database")


def breaks_later() -> Iterator[str]:
    """Fail when all that was given is published and confirmed."""
    yield "one"
    time.sleep(1)
    raise ValueError("row 2 is spoilt")


def breaks_after_two_hundred() -> Iterator[str]:
    """Fail in the middle."""
    for each in range(200):
        yield str(each)
    raise ValueError("row 201 is spoilt")


def gives_a_number() -> Iterator[object]:
    """Give what is no body as the third message."""
    yield "one"
    yield "two"
    yield 3


def rich() -> Iterator[Publishing]:
    """Give all that a message can have."""
    yield Publishing(b"{}", "order-1", {"x-shop": "north", "x-try": 2}, "application/json")


def in_a_trace() -> Iterator[Publishing]:
    """Give a message of a trace that somebody else has begun."""
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    yield Publishing("one", headers={"traceparent": parent})


def slow_and_tidy() -> Iterator[str]:
    """Take longer than two heartbeats of a second for each message, and tidy up at the end."""
    try:
        yield "first"
        time.sleep(4)
        yield "second"
        yield "third"
    finally:
        Path(os.environ["TRIAL_TIDIED"]).touch()


def large() -> Iterator[bytes]:
    """Give one body that RabbitMQ does not take unless told to, after one that it takes."""
    yield b"small"
    yield b"x" * 17_000_000
