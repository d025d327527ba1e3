"""Taking messages from a source, as `workers produce` does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import cast

from workers import production, source
from workers.health import Status
from workers.message import Message
from workers.metrics import ProducerMetrics
from workers.producer import Producer
from workers.protocols import PositionedSource, Source
from workers.session import Session
from workers.settings import Settings
from workers.testing import settings as given_settings
from workers.testing.publishes import ConfirmingChannel, Desk
from workers.testing.session import FakeSession


class SourceFailedError(Exception):
    """The source raised, or gave what cannot be published, or nothing.

    `produced` is what came before.
    """

    def __init__(self, text: str, produced: Produced) -> None:
        super().__init__(text)
        self.produced = produced


@dataclass(frozen=True)
class Produced:
    """What a producer did with the messages of a source."""

    published: tuple[Message, ...]
    """Every publish in its order; a message that was refused or returned is there again, with the
    same id and the header x-republished."""
    taken: tuple[Message, ...]
    """What the broker took over, in the order in which it did. After a lost connection a message
    may be there twice."""

    @property
    def bodies(self) -> list[bytes]:
        """The bodies of what the broker took over."""
        return [message.body for message in self.taken]


def produce(
    given: Source | PositionedSource | str,
    *,
    count: int = 0,
    nack: Iterable[int] = (),
    give_back: Iterable[int] = (),
    lose_connection_after: int | None = None,
    window: int | None = None,
    max_body: int | None = None,
    app_id: str | None = None,
    patience: float = 30.0,
) -> Produced:
    """Have the messages of a source published until it ends, or `count` of them, and say how.

    A source is a function, or one of MQ_SOURCE's names such as `lines:orders.txt`. `nack` and
    `give_back` are the numbers of messages, counted from 1, that the broker refuses, or returns as
    unroutable, the first time; the producer then waits for up to half a second, as ever.
    `lose_connection_after` so many messages the connection is lost once, before the last of them
    is confirmed. The other arguments are the variables of the same names, with the same defaults,
    whatever this process's environment says.

    Raises ConfigError for a source that no worker would take, SourceFailedError for one that ends
    with a fault or gives nothing for `patience` seconds.
    """
    settings = given_settings.made(
        rate=0, count=count, window=window, max_body=max_body, app_id=app_id
    )
    if isinstance(given, str):
        origin = source.load(given, settings.max_body)
    else:
        origin = source.of(given, f"{getattr(given, '__name__', given)}")
    return produce_from(origin, settings, Desk(nack, give_back, lose_connection_after), patience)


def produce_from(
    origin: source.Source, settings: Settings, desk: Desk, patience: float
) -> Produced:
    """Do what `produce` does with a source that is loaded."""
    status = Status()
    with production.assembled(settings, status, ProducerMetrics(status), origin) as producer:
        failure = _run(producer, desk, patience) or producer.failure
        produced = Produced(tuple(desk.published), tuple(desk.taken))
        if failure:
            raise SourceFailedError(failure, produced)
    return produced


def _run(producer: Producer, desk: Desk, patience: float) -> str | None:
    """Hold one session after the other until the producer has finished, or say why it has not."""
    seen, since = -1, monotonic()
    while True:
        desk.lost = False
        session = FakeSession(None)
        session.channel = ConfirmingChannel(desk, session.call_threadsafe)
        producer.begin(cast(Session, session))
        while session.open:
            session.turn(producer)
            session.lost = session.lost or desk.lost
            if len(desk.published) != seen:
                seen, since = len(desk.published), monotonic()
            elif monotonic() - since > patience:
                producer.end()
                return f"message {len(desk.published) + 1}: it did not come within {patience:g} s"
        producer.end()
        if session.finished:
            return None
