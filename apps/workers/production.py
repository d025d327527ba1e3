"""A producer, put together from what the settings say."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic

from workers import resume, source, tracing
from workers.health import Status
from workers.intake import Intake
from workers.metrics import ProducerMetrics
from workers.pace import Pace
from workers.producer import Producer
from workers.resume import Mark, Resume
from workers.settings import ConfigError, Settings
from workers.source import Source
from workers.supply import Buffered, Direct, Supply

INSTANCE_BYTES = 6
READ_AHEAD = 0.1
"""Seconds of the rate that are read ahead of a source that may keep its reader waiting."""


@contextmanager
def assembled(
    settings: Settings, status: Status, metrics: ProducerMetrics, given: Source | None = None
) -> Iterator[Producer]:
    """Give a producer with its source at work, and end both in good order.

    A source that is `given` counts in place of that of the settings. Raises ConfigError for a
    source or a mark that cannot be used.
    """
    origin = given or source.load(settings.source, settings.max_body)
    with ExitStack() as stack:
        if settings.resume:
            _check_position(settings, origin)
            stack.enter_context(resume.lock(settings.resume))
        mark = _mark(settings, origin)
        intake = Intake(
            _supply(settings, origin, mark.confirmed),
            mark.instance,
            Pace(settings.rate, monotonic()),
            settings.max_body,
            settings.count,
            after=mark.confirmed,
            perhaps_sent=mark.reserved,
            tracing=tracing.load(settings.queue) if settings.trace else None,
        )
        producer = Producer(settings, intake, status, metrics)
        if settings.resume:
            producer.resume = Resume(settings.resume, mark, lambda: producer.confirmed_through)
        stack.callback(producer.close)
        yield producer


def _check_position(settings: Settings, origin: Source) -> None:
    if not origin.has_position:
        raise ConfigError(
            f"{resume.VARIABLE}={settings.resume}: {source.VARIABLE}={origin.spec} has no position"
            " to go on from; expected counter, lines:PATH or a function that takes start: int"
        )


def _mark(settings: Settings, origin: Source) -> Mark:
    """Return the mark of the run before, or that of a new one."""
    before = resume.load(settings.resume, origin.spec) if settings.resume else None
    return before or Mark(origin.spec, secrets.token_hex(INSTANCE_BYTES), 0, 0)


def _supply(settings: Settings, origin: Source, after: int) -> Supply:
    given = origin.open(after + 1)
    if not origin.may_wait:
        return Direct(given)
    ahead = int(settings.rate * READ_AHEAD) if settings.rate else settings.window
    left = max(1, settings.count - after) if settings.count else 0
    return Buffered(given, max(1, min(ahead, settings.window)), left)
