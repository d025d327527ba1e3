"""Workers that are replaced when they end, and the books of all there ever were."""

from __future__ import annotations

import signal
from collections import Counter
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

from tests.apps.conftest import Bench
from tests.apps.running import Running

SETTINGS = {"reconnect_wait": 1, "heartbeat": 2, "connect_timeout": 2, "confirm_timeout": 5}
COUNT = 2
"""Workers of each role."""
RATE = 150
"""Messages a second of each producer."""
PATIENCE_S = 120.0
"""Time for what is on its way when the faults are over."""
LOOK_S = 0.5


@dataclass
class Crowd:
    """Producers and consumers; those of `gone` were killed or told to stop."""

    bench: Bench
    url: str
    alive: dict[str, list[Running]] = field(default_factory=lambda: {"produce": [], "consume": []})
    gone: dict[str, list[Running]] = field(default_factory=lambda: {"produce": [], "consume": []})
    bad_ends: list[int] = field(default_factory=list)
    """Exit codes, other than 0, of workers that were told to stop."""

    def start(self) -> None:
        """Start all of them."""
        for role in self.alive:
            for _ in range(COUNT):
                self.add(role)

    def add(self, role: str) -> None:
        """Start one more."""
        given: dict[str, Any] = {**SETTINGS, "url": self.url, "rate": RATE, "threads": 4}
        self.alive[role].append(self.bench.start(role, **given))

    def kill(self, role: str, number: int) -> None:
        """Kill one at once, and start another in its place."""
        self._end(role, number, signal.SIGKILL)
        self.add(role)

    def stop(self, role: str, number: int) -> None:
        """Tell one to stop, and start another when it has."""
        code = self._end(role, number, signal.SIGTERM)
        if code:
            self.bad_ends.append(code)
        self.add(role)

    def finish(self) -> None:
        """Stop the producers, wait until all is handled, and stop the consumers."""
        while self.alive["produce"]:
            if code := self._end("produce", 0, signal.SIGTERM):
                self.bad_ends.append(code)
        deadline = monotonic() + PATIENCE_S
        while self.lost() and monotonic() < deadline:
            sleep(LOOK_S)
        while self.alive["consume"]:
            if code := self._end("consume", 0, signal.SIGTERM):
                self.bad_ends.append(code)

    def confirmed(self) -> set[str]:
        """Return the ids of all that was confirmed."""
        return {id_ for each in self._all("produce") for id_ in each.confirmed}

    def handled(self) -> Counter[str]:
        """Return how often each id was handled."""
        return sum((each.handled for each in self._all("consume")), Counter())

    def lost(self) -> set[str]:
        """Return what was confirmed and not handled."""
        return self.confirmed() - self.handled().keys()

    def figures(self) -> dict[str, int]:
        """Return what it all came to, in messages."""
        confirmed, handled = self.confirmed(), self.handled()
        marked = sum((each.marked for each in self._all("consume")), Counter())
        return {
            "sent": len(confirmed | handled.keys()),
            "confirmed": len(confirmed),
            "handled": len(handled),
            "lost": len(confirmed - handled.keys()),
            "duplicates": handled.total() - len(handled),
            "unmarked_duplicates": sum(
                max(0, count - marked[id_] - 1) for id_, count in handled.items()
            ),
        }

    def _all(self, role: str) -> list[Running]:
        return self.alive[role] + self.gone[role]

    def _end(self, role: str, number: int, how: int) -> int:
        worker = self.alive[role].pop(number)
        self.gone[role].append(worker)
        if how == signal.SIGTERM:
            worker.wait_for("connected")  # before, it may not be listening to signals yet
        worker.signal(how)
        return worker.exit_code()
