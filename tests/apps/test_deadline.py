"""A handler that runs for too long is interrupted in its thread, and only there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from workers.deadline import Deadline, HandlerTimeout

SECONDS = 0.05


@pytest.fixture
def deadline() -> Iterator[Deadline]:
    """Give a deadline that somebody enforces, much more often than a consumer does."""
    deadline, over = Deadline(SECONDS), Event()

    def enforce() -> None:
        while not over.is_set():
            deadline.enforce(monotonic())
            sleep(0)

    thread = Thread(target=enforce)
    thread.start()
    yield deadline
    over.set()
    thread.join()


def spin(seconds: float) -> None:
    until = monotonic() + seconds
    while monotonic() < until:
        pass


def test_one_that_ends_in_time_is_left_alone(deadline: Deadline) -> None:
    limited = deadline.limit(lambda _message: None)
    for _ in range(1000):
        limited(None)


def test_one_that_does_not_is_interrupted(deadline: Deadline) -> None:
    started = monotonic()
    with pytest.raises(HandlerTimeout, match=r"the handler ran longer than 0\.05 s"):
        deadline.limit(lambda _message: spin(30))(None)
    assert monotonic() - started < 10


def test_no_except_exception_keeps_it_off(deadline: Deadline) -> None:
    def stubborn(_message: object) -> None:
        while True:
            with suppress(Exception):
                spin(30)

    with pytest.raises(HandlerTimeout):
        deadline.limit(stubborn)(None)


def test_a_handler_that_swallows_it_and_returns_has_handled_its_message(
    deadline: Deadline,
) -> None:
    def swallow(_message: object) -> None:
        with suppress(HandlerTimeout):
            spin(30)

    deadline.limit(swallow)(None)


def test_its_own_exception_is_what_comes_out(deadline: Deadline) -> None:
    def fail(_message: object) -> None:
        raise ValueError("bad")

    with pytest.raises(ValueError, match="bad"):
        deadline.limit(fail)(None)


def test_an_interrupt_on_the_way_out_reaches_nothing_after_the_handler() -> None:
    """Handlers that end just as their time does, against one that enforces without a pause."""
    deadline, over = Deadline(0.001), Event()
    ended, outside = 0, 0

    def enforce() -> None:
        while not over.is_set():
            deadline.enforce(monotonic())

    enforcing = Thread(target=enforce)
    enforcing.start()
    limited = deadline.limit(lambda _message: spin(0.001))
    try:
        for _ in range(300):
            with suppress(HandlerTimeout):
                limited(None)
            try:
                ended += 1
                spin(0.0005)
            except HandlerTimeout:
                outside += 1
    finally:
        over.set()
        enforcing.join()
    assert (ended, outside) == (300, 0)


def test_one_that_cannot_be_interrupted_is_named_after_its_time_again() -> None:
    deadline, running, release = Deadline(SECONDS), Event(), Event()

    def stuck(_message: object) -> None:
        running.set()
        while not release.is_set():
            # It may come before the wait has begun, where it does interrupt.
            with suppress(HandlerTimeout):
                release.wait(30)

    thread = Thread(target=lambda: suppressing(deadline, stuck))
    thread.start()
    assert running.wait(10)
    now = monotonic()
    assert deadline.enforce(now - 1) is None
    assert deadline.enforce(now + SECONDS) is None
    assert deadline.enforce(now + 3 * SECONDS) == pytest.approx(3 * SECONDS, abs=SECONDS)
    release.set()
    thread.join()
    assert deadline.enforce(now + 60) is None


def suppressing(deadline: Deadline, handler: object) -> None:
    with suppress(HandlerTimeout):
        deadline.limit(handler)(None)  # type: ignore[arg-type]


TRACED = """
import sys, threading, time
from workers.deadline import Deadline, HandlerTimeout

deadline = Deadline(0.05)
ended = threading.Event()

def loop(_message):
    while True:
        pass

def work():
    try:
        deadline.limit(loop)(None)
    except HandlerTimeout:
        ended.set()

threading.Thread(target=work, daemon=True).start()
while not ended.wait(0.01):
    deadline.enforce(time.monotonic())

def called():
    pass

sys.settrace(lambda *_: None)
called()
sys.settrace(None)
print("went on")
"""


def test_a_process_that_has_interrupted_a_handler_can_be_traced() -> None:
    """Python 3.11 looks for ever for an exception that was raised in a thread and taken back."""
    done = subprocess.run(
        [sys.executable, "-c", TRACED], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.stdout == "went on\n", done.stderr
