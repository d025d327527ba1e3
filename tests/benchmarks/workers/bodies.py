"""The source and the handlers that the workers are given; they do what the others' do."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import repeat

from workers.message import Message

BYTES = 256
WORK_S = float(os.environ.get("BENCH_WORK_S", "0.001"))


def plain() -> Iterator[bytes]:
    """Give the same body for ever."""
    return repeat(b"x" * BYTES)


def nothing(_message: Message) -> None:
    """Do nothing."""


def wait(_message: Message) -> None:
    """Take some time and no processor, as a call to another service does."""
    time.sleep(WORK_S)


def compute(_message: Message) -> None:
    """Keep a processor busy."""
    until = time.thread_time() + WORK_S
    while time.thread_time() < until:
        pass
