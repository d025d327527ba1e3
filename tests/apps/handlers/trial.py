"""Handlers for the tests, loaded by the workers as any user's are."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Iterator

from workers import Message, Reject, SomeFailed, logs

NOT_A_FUNCTION = 3


def nothing(_message: Message) -> None:
    """Handle at once."""


def slow(_message: Message) -> None:
    """Take TRIAL_SECONDS."""
    time.sleep(float(os.environ["TRIAL_SECONDS"]))


def hang_on_first_sight(message: Message) -> None:
    """Never finish a message before it was delivered twice."""
    if not message.redelivered:
        time.sleep(3600)


def exit_on_poison(message: Message) -> None:
    """End what runs the handler for bodies that end in 3!."""
    if message.body.endswith(b"3!"):
        raise SystemExit(1)


def fail_on_poison(message: Message) -> None:
    """Fail for bodies that end in 3!, whichever time they come."""
    if message.body.endswith(b"3!"):
        raise ValueError("cannot digest a 3")


def reject_poison(message: Message) -> None:
    """Refuse bodies that end in 3! for good."""
    if message.body.endswith(b"3!"):
        raise Reject("no threes")


def add_up(messages: list[Message]) -> None:
    """Say how many came together."""
    logs.event("batch", size=len(messages))


def fail_poison_of_many(messages: list[Message]) -> None:
    """Refuse bodies that end in 3!, and fail those that end in 7!; the others are handled."""
    errors: dict[Message, Exception] = {}
    for message in messages:
        if message.body.endswith(b"3!"):
            errors[message] = Reject("no threes")
        elif message.body.endswith(b"7!"):
            errors[message] = ValueError("cannot digest a 7")
    if errors:
        raise SomeFailed(errors)


def fail_all(_messages: list[Message]) -> None:
    """Fail without a word about which."""
    raise ValueError("none of it")


def blame_a_stranger(_messages: list[Message]) -> None:
    """Name a message that was not given."""
    raise SomeFailed({Message(b"stranger"): ValueError("who")})


def wait_for_long(message: Message) -> None:
    """Run for ever, in Python, for bodies that end in 3!."""
    while message.body.endswith(b"3!"):
        pass


def stuck_in_c(message: Message) -> None:
    """Wait for a minute where no exception reaches."""
    if message.body.endswith(b"3!"):
        time.sleep(60)


def die(message: Message) -> None:
    """Take the process down for bodies that end in 3!."""
    if message.body.endswith(b"3!"):
        os.kill(os.getpid(), signal.SIGKILL)


def say_where(_message: Message) -> None:
    """Log the process that this runs in."""
    logs.event("ran", process=os.getpid())


def fail_at_first(message: Message) -> None:
    """Fail a message that has not been through the retry queue twice."""
    if message.headers.get("x-retries", 0) < 2:
        raise ValueError("not yet")


def read_headers(message: Message) -> None:
    """Look at the headers."""
    assert "none" not in message.headers


async def asleep(_message: Message) -> None:
    """Never run: nothing awaits it."""


def generated(_message: Message) -> Iterator[None]:
    """Never run: nothing iterates over it."""
    yield


class Forgetful:
    """No de-duplication: it has no `add`."""

    def seen(self, _message_id: str) -> bool:
        """Know nothing."""
        return False


class Asynchronous:
    """No de-duplication: what `seen` returns is true, whatever it finds."""

    async def seen(self, _message_id: str) -> bool:
        """Know nothing, later."""
        return False

    def add(self, message_id: str) -> None:
        """Remember nothing."""


class Timed(Forgetful):
    """No de-duplication: its `add` wants more than an id."""

    def add(self, message_id: str, seconds: float) -> None:
        """Remember nothing."""


def no_store() -> None:
    """Fail as a store that is not reachable."""
    raise OSError("no route to the store")


def measure(message: Message) -> None:
    """Say how many bytes it has."""
    logs.event("measured", size=len(message.body))


def tell(message: Message) -> None:
    """Print what it knows of a message beside its body."""
    sys.stdout.write(f"{message.id} {dict(message.headers)} {message.redelivered}\n")


def tell_its_trace(message: Message) -> None:
    """Log which trace the message is of, and a line that says nothing of it."""
    logs.event("traced", of_message=message.trace and message.trace.trace_id)
    logging.getLogger("user").warning("plain")


def reject(_message: Message) -> None:
    """Refuse everything for good."""
    raise Reject("nothing is wanted")


def two_of_them(message: Message, count: int) -> None:
    """Take more than there is."""


def named_only(*, message: Message) -> None:
    """Take it by its name only."""


def takes_bytes(body: bytes) -> None:
    """Take a body for a message."""


def takes_a_tuple(messages: tuple[Message, ...]) -> None:
    """Take many in another way."""
