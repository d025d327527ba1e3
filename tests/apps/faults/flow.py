"""Messages that flow from producers to consumers while a test breaks something in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

from pika.exceptions import ConnectionClosedByBroker

from tests.apps.conftest import Bench
from tests.apps.faults.page import FIGURES
from tests.apps.running import PATIENCE, Running

RATE = 300
"""Messages a second, where a test does not say otherwise."""
FIRST = 200
"""Messages that are handled before anything is broken."""
INTERNAL_ERROR = 541
"""The code of AMQP 0-9-1 for what the broker could not do."""


@dataclass
class Figures:
    """What a test of a fault came to."""

    sent: int = 0
    """Messages that left the producers, each counted once."""
    confirmed: int = 0
    handled: int = 0
    duplicates: int = 0
    """How often a message was handled again."""
    recovery_s: float | None = None
    """From the end of the fault, or from its beginning where it has no end, to the first message
    handled that was published after it."""


@dataclass
class Flow:
    """The workers of a test and their books."""

    bench: Bench
    settings: dict[str, Any] = field(default_factory=dict)
    """Variables that all of them get."""
    producers: list[Running] = field(default_factory=list)
    consumers: list[Running] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)

    def produce(self, **variables: Any) -> Running:
        """Start a producer."""
        given = {"rate": RATE, "window": 100, **self.settings, **variables}
        self.producers.append(self.bench.start("produce", **given))
        return self.producers[-1]

    def consume(self, seconds: float = 0.0, **variables: Any) -> Running:
        """Start a consumer; `seconds` is for the handler `trial:slow`."""
        given = {**self.settings, **variables}
        self.consumers.append(self.bench.start("consume", seconds, **given))
        return self.consumers[-1]

    def starts(self, **variables: Any) -> tuple[Running, Running]:
        """Start one of each, and wait until messages flow."""
        producer, consumer = self.produce(**variables), self.consume()
        producer.wait_for("confirmed")
        consumer.until(lambda: len(consumer.handled) >= FIRST, f"{FIRST} messages")
        return producer, consumer

    def recovers(self, within: float) -> None:
        """Wait until a message is handled that is published from now on, in so many seconds."""
        producer = self.producers[-1]
        instance = producer.wait_for("confirmed")["instance"]
        # One that goes on from a mark has sent less than the one before it.
        sent, began = max(producer.sent, self._reached(instance)), monotonic()
        producer.until(
            lambda: self._reached(instance) > sent,
            "message handled that was published after the fault",
        )
        took = monotonic() - began
        self.figures.recovery_s = round(max(took, self.figures.recovery_s or 0.0), 1)
        assert took <= within, f"it took {took:.1f} s; expected at most {within} s"

    def ends(self, killed: tuple[Running, ...] = (), poison: Set[str] = frozenset()) -> None:
        """Stop what runs, in good order, and hold the books to what is promised.

        `killed` are workers that a test has ended itself, `poison` the ids that have to be the
        dead letters.
        """
        for producer in self.producers:
            # 0 says that nothing it took was left unconfirmed.
            assert producer in killed or producer.stop() == 0
        confirmed = {id_ for each in self.producers for id_ in each.confirmed}
        alive = [each for each in self.consumers if each not in killed]
        alive[0].until(lambda: not confirmed - poison - self._handled().keys(), "all confirmed")
        self._wait_for_dead_letters(len(poison))
        for consumer in alive:
            assert consumer.stop() == 0
        self._note(confirmed, poison)
        marked = sum((each.marked for each in self.consumers), Counter())
        unmarked = {id_ for id_, count in self._handled().items() if count - marked[id_] > 1}
        assert not unmarked, f"{len(unmarked)} came twice without a mark, such as {min(unmarked)}"
        assert self.bench.broker.depth(self.bench.queue) == 0
        assert self._dead_letters() == Counter(poison)

    def report(self) -> tuple[str, dict[str, Any]]:
        """Return the figures as a property of the test."""
        return FIGURES, asdict(self.figures)

    def _reached(self, instance: str) -> int:
        return max(each.reached.get(instance, 0) for each in self.consumers)

    def _handled(self) -> Counter[str]:
        return sum((each.handled for each in self.consumers), Counter())

    def _dead_letters(self) -> Counter[str]:
        try:
            letters = self.bench.fetch(self.bench.dead)
        except ConnectionClosedByBroker as error:
            # A broker that led the queue when it was cut off takes itself for its leader until it
            # is asked for a message: RabbitMQ 4.3 fails that one question, after 13 s.
            if error.reply_code != INTERNAL_ERROR:
                raise
            letters = self.bench.fetch(self.bench.dead)
        return Counter(properties.message_id for properties, _ in letters)

    def _wait_for_dead_letters(self, count: int) -> None:
        deadline = monotonic() + PATIENCE
        while self.bench.broker.depth(self.bench.dead) < count:
            assert monotonic() < deadline, f"fewer than {count} dead letters in {PATIENCE} s"

    def _note(self, confirmed: set[str], poison: Set[str]) -> None:
        handled = self._handled()
        self.figures.sent = len(confirmed | handled.keys() | poison)
        self.figures.confirmed = len(confirmed)
        self.figures.handled = len(handled)
        self.figures.duplicates = handled.total() - len(handled)
