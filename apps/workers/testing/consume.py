"""Giving messages to a handler, as `workers consume` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, cast

from workers import handlers
from workers.consumer import Consumer
from workers.crew import Crew
from workers.health import Status
from workers.message import Message, SomeFailed
from workers.metrics import ConsumerMetrics
from workers.outcome import Delivery, Outcome
from workers.pool import Threads
from workers.protocols import BatchHandler, Dedup, Handler
from workers.session import Session
from workers.settings import Settings
from workers.testing import settings as given_settings
from workers.testing.deliveries import DeliveringChannel
from workers.testing.fate import Attempt, Consumed
from workers.testing.queue import Queue
from workers.testing.session import FakeSession


def consume(
    handler: Handler | BatchHandler,
    messages: Iterable[Message | bytes | str],
    *,
    delivery_limit: int = 20,
    retry_limit: int | None = None,
    dedup: Dedup | None = None,
    handler_timeout: float | None = None,
    batch: int | None = None,
    batch_wait: float | None = None,
    prefetch: int | None = None,
    threads: int | None = None,
    lose_connection_after: int | None = None,
    patience: float = 30.0,
) -> Consumed:
    """Have messages handled until each is acknowledged or dead-lettered, and say which is what.

    A message given as its body gets an id, `test-1` for the first. `delivery_limit` is the
    queue's: a message that fails comes again so many times. With `retry_limit` there is a retry
    queue, through which a failed message goes so many times instead; the pause is left out.
    `lose_connection_after` so many outcomes the connection is lost once, before they are
    acknowledged: those messages come again, to a handler that has handled them. The other
    arguments are the variables of the same names, with the same defaults, whatever this process's
    environment says; times are in seconds.

    Raises ConfigError for a handler or arguments that no worker would take, and TimeoutError when
    nothing happened for `patience` seconds.
    """
    handlers.check(handler, f"{getattr(handler, '__name__', handler)}")
    settings = given_settings.made(
        retries=retry_limit,
        handler_timeout=handler_timeout,
        batch=batch,
        batch_wait=batch_wait,
        prefetch=prefetch,
        threads=threads,
    )
    queue = Queue([_message(each, n) for n, each in enumerate(messages, 1)], delivery_limit)
    watch = Watch(lose_connection_after)
    crew = WatchedCrew(settings, handler, dedup, watch)
    status = Status()
    consumer = Consumer(settings, crew, status, ConsumerMetrics(status))
    try:
        _run(consumer, queue, watch, patience)
    finally:
        consumer.end()
        crew.dismiss()
    return Consumed(tuple(each.fate for each in queue.courses), tuple(watch.batches))


@dataclass
class Watch:
    """Sees what the handlers do and how it ends, and may cut the connection at that."""

    lose_after: int | None
    errors: dict[Message, BaseException] = field(default_factory=dict)
    batches: list[tuple[Message, ...]] = field(default_factory=list)
    session: FakeSession | None = None
    seen: int = 0

    def over(self, handler: Callable[[Any], object]) -> Callable[[Any], object]:
        """Return a handler whose calls and errors are noted."""

        def noting(given: Message | list[Message]) -> None:
            messages = tuple(given) if isinstance(given, list) else (given,)
            self.batches.append(messages)
            try:
                handler(given)
            except SomeFailed as some:
                self.errors.update(some.errors)
                raise
            except BaseException as error:
                self.errors.update(dict.fromkeys(messages, error))
                raise

        return noting

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Note outcomes with the messages that they are about."""
        for (session, tag, message), result, _ in outcomes:
            self.seen += 1
            course = cast(FakeSession, session).channel.delivered[tag].course
            course.attempts.append(Attempt(message, result, self.errors.pop(message, None)))
        if self.session and self.lose_after is not None and self.seen >= self.lose_after:
            self.lose_after = None
            self.session.lost = True


class WatchedCrew(Crew):
    """A crew whose handlers and outcomes are noted."""

    def __init__(
        self,
        settings: Settings,
        handler: Handler | BatchHandler,
        dedup: Dedup | None,
        watch: Watch,
    ) -> None:
        super().__init__(settings, handler, dedup)
        self._watch = watch
        self._handlers = [watch.over(each) for each in self._handlers]

    def start(self, on_finished: Callable[[], None], enough: int) -> Any:
        """Start the threads, and note what is collected from them."""
        self._threads = super().start(on_finished, enough)
        return WatchedThreads(self._threads, self._watch)

    def dismiss(self) -> None:
        """End the threads that have nothing to do."""
        self._threads.close()


class WatchedThreads:
    """A crew's threads, as the consumer uses them."""

    def __init__(self, threads: Threads[Any], watch: Watch) -> None:
        self._threads = threads
        self._watch = watch

    @property
    def in_hand(self) -> int:
        """Deliveries put in whose outcome was not collected."""
        return self._threads.in_hand

    def put(self, deliveries: Sequence[Delivery]) -> None:
        """Give deliveries to the threads."""
        self._threads.put(deliveries)

    def take_back(self) -> list[Delivery]:
        """Give back what no handler has begun."""
        return self._threads.take_back()

    def collect(self) -> list[Outcome]:
        """Give what the handlers have finished, and note it."""
        outcomes = self._threads.collect()
        self._watch.note(outcomes)
        return outcomes


def _run(consumer: Consumer, queue: Queue, watch: Watch, patience: float) -> None:
    """Hold one session after the other until no message is open."""
    seen, since = -1, monotonic()
    while queue.open:
        session = FakeSession(None)
        session.channel = channel = DeliveringChannel(queue, session.call_threadsafe)
        watch.session = session
        consumer.begin(cast(Session, session))
        while queue.open and session.open:
            channel.deliver()
            session.turn(consumer)
            if watch.seen != seen:
                seen, since = watch.seen, monotonic()
            elif monotonic() - since > patience:
                text = f"no handler has returned for {patience:g} s; handler_timeout would end one"
                raise TimeoutError(text)
        if session.lost:
            consumer.end()
            channel.lose()


def _message(given: Message | bytes | str, number: int) -> Message:
    if isinstance(given, Message):
        return given
    return Message(given.encode() if isinstance(given, str) else given, f"test-{number}")
