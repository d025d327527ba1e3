"""Handlers for the tests, loaded by the workers as any user's are."""

from __future__ import annotations

import os
import time

from workers import Message, Reject

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
