"""Who handles messages: threads, or threads with a process each."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, cast

from workers import judge, tracing
from workers.batch import Batching, BatchPool
from workers.deadline import Deadline
from workers.handlers import AnyHandler, takes_batches
from workers.pool import Pool, Threads
from workers.process import Process
from workers.protocols import Dedup
from workers.settings import ConfigError, Settings


class Crew:
    """The handlers of a consumer, as its settings want them.

    Raises ConfigError when the settings do not go together with the handler, or when a process
    cannot load it.
    """

    def __init__(self, settings: Settings, handler: AnyHandler, dedup: Dedup | None) -> None:
        self.size = settings.threads
        self._dedup = dedup
        self._in_batches = takes_batches(handler)
        if settings.batch and not self._in_batches:
            raise ConfigError(
                f"MQ_BATCH={settings.batch}: of no use, {settings.handler} takes one message;"
                " expected a handler whose first parameter is annotated list[Message]"
            )
        self._batching = Batching(settings.batch_size, settings.batch_wait)
        self._deadlines: list[Deadline] = []
        self._handlers = self._limited(settings, handler)

    def start(self, on_finished: Callable[[], None], enough: int) -> Threads[Any]:
        """Start the threads; the arguments are those of Threads."""
        if self._in_batches:
            judges = [judge.together(each) for each in self._handlers]
            if dedup := self._dedup:
                judges = [judge.knowing_batch(each, dedup) for each in judges]
            return BatchPool(judges, self._batching, on_finished, enough)
        single = [judge.singly(each) for each in self._handlers]
        if dedup := self._dedup:
            single = [judge.knowing(each, dedup) for each in single]
        return Pool(single, on_finished, enough)

    def enforce_deadlines(self) -> str | None:
        """Interrupt the handlers that run too long, and say which one cannot be interrupted."""
        if not self._deadlines:
            return None
        now = monotonic()
        stuck = [seconds for deadline in self._deadlines if (seconds := deadline.enforce(now))]
        if not stuck:
            return None
        return f"a handler has run for {max(stuck):.0f} s and cannot be interrupted"

    def _limited(self, settings: Settings, handler: AnyHandler) -> list[Callable[[Any], object]]:
        """Return each thread's handler, with its deadline."""
        seconds = settings.handler_timeout
        if settings.pool == "processes":
            processes = [Process(settings, seconds) for _ in range(self.size)]
            for process in processes:
                process.wait_until_ready()
            return [process.handle for process in processes]
        plain = cast(Callable[[Any], object], handler)
        limited = [plain] * self.size
        if seconds is not None:
            self._deadlines = [Deadline(seconds) for _ in range(self.size)]
            limited = [deadline.limit(plain) for deadline in self._deadlines]
        if not settings.trace:
            return limited
        # Around the deadline: once that is over nothing is raised in the midst of a span's end.
        return list(map(tracing.load(settings.queue).over, limited))
