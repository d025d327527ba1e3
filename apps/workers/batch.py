"""The threads of a handler that takes many messages at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from time import monotonic
from typing import NamedTuple

from workers.judge import BatchJudge
from workers.outcome import Delivery
from workers.pool import Threads, silent_bell


class Batching(NamedTuple):
    """How many messages a batch has at most, and how many seconds its first one waits for more."""

    size: int
    wait: float


class BatchPool(Threads[BatchJudge]):
    """Runs a batch handler."""

    def __init__(
        self,
        judges: Sequence[BatchJudge],
        batching: Batching,
        on_finished: Callable[[], None],
        enough: int = 1,
    ) -> None:
        self._batching = batching
        super().__init__(judges, on_finished, enough)

    def _work(self, judge: BatchJudge) -> None:
        bell = silent_bell()
        while True:
            batch = self._gather(bell)
            started = monotonic()
            results = judge([message for _, _, message in batch])
            share = (monotonic() - started) / len(batch)
            for delivery, result in zip(batch, results, strict=True):
                self._outcomes.append((delivery, result, share))
            if len(self._outcomes) >= self._enough:
                self._announce()

    def _gather(self, bell: Lock) -> list[Delivery]:
        """Wait for a message, and take as many more as a batch has, or as come in time."""
        batch: list[Delivery] = []
        until = 0.0
        while len(batch) < self._batching.size:
            try:
                batch.append(self._waiting.popleft())
            except IndexError:
                if not batch:
                    self._rest(bell)
                    continue
                until = until or monotonic() + self._batching.wait
                left = until - monotonic()
                if left <= 0 or not self._rest(bell, left):
                    break
        return batch

    def _ring(self, times: int) -> None:
        """Wake as few as can take all of it: a batch is the better the fuller it is."""
        super()._ring(-(-times // self._batching.size))
