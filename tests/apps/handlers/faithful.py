"""Handlers that log what they get and do what its body says, for both kinds of broker."""

from __future__ import annotations

import json
import time

from workers import Message, Reject, SomeFailed, logs


def single(message: Message) -> None:
    """Take one message."""
    note(message)
    act(message)
    logs.event("taken", id=message.id)


def many(messages: list[Message]) -> None:
    """Take a batch, and tell which of its messages failed."""
    errors: dict[Message, Exception] = {}
    for message in messages:
        note(message)
        try:
            act(message)
        except Exception as error:
            errors[message] = error
    for message in messages:
        if message not in errors:
            logs.event("taken", id=message.id)
    if errors:
        raise SomeFailed(errors)


def note(message: Message) -> None:
    """Log all that a message says of itself; times differ, and are not compared."""
    headers = json.loads(json.dumps(dict(message.headers), default=lambda _time: "a time"))
    logs.event(
        "seen",
        id=message.id,
        body=message.body.decode(),
        redelivered=message.redelivered,
        repeated=message.repeated,
        exchange=message.exchange,
        routing_key=message.routing_key,
        content_type=message.content_type,
        headers=headers,
    )


def act(message: Message) -> None:
    """Do what the body says."""
    match message.body:
        case b"reject":
            raise Reject("as told")
        case b"fail":
            raise ValueError("as told")
        case b"fail once" if not message.repeated:
            raise ValueError("the first time")
        case b"fail twice" if failures(message) < 2:
            raise ValueError("the first two times")
        case b"exit":
            raise SystemExit(1)
        case b"loop":
            while True:
                pass
        case b"linger" if not message.repeated:
            time.sleep(4)


def failures(message: Message) -> int:
    """Return how often the message has failed before, by either way to try it again."""
    return int(message.headers.get("x-delivery-count", message.headers.get("x-retries", 0)))
