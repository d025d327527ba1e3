"""Without the parts of pika that are not public, the public ones still do."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from pika import SelectConnection
from pika.channel import Channel

from workers import beneath


class PublicChannel:
    """A channel of a pika that no longer has `_rpc`."""

    def __init__(self) -> None:
        self.cancelled: dict[str, Callable[..., Any]] = {}

    def basic_cancel(self, consumer_tag: str, callback: Callable[..., Any]) -> None:
        self.cancelled[consumer_tag] = callback


def test_a_consumer_is_cancelled_by_the_public_method() -> None:
    channel = PublicChannel()

    def on_cancelled(_frame: object) -> None: ...

    beneath.cancel(cast(Channel, channel), "tag", on_cancelled)
    assert channel.cancelled == {"tag": on_cancelled}


def test_a_connection_without_a_transport_is_left_to_its_heartbeat() -> None:
    beneath.abort(cast(SelectConnection, SimpleNamespace()))
