"""How long to wait before the next attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import uniform


@dataclass
class Backoff:
    """Full jitter: each wait is drawn between 0 and a ceiling that doubles up to a cap.

    A success shorter than `stable` seconds counts as part of the same trouble, so that a
    broker which accepts and drops connections is not hammered.
    """

    base: float = 0.5
    cap: float = 30.0
    stable: float = 10.0
    draw: Callable[[float, float], float] = uniform
    _ceiling: float = field(init=False, default=0.0)

    def delay(self, lasted: float = 0.0) -> float:
        """Return the seconds to wait after an attempt that held for `lasted` seconds."""
        if lasted >= self.stable:
            self._ceiling = 0.0
        self._ceiling = min(self.cap, self._ceiling * 2 or self.base)
        return self.draw(0.0, self._ceiling)
