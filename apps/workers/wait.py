"""Waiting until the broker is there, before a worker or anything else is started."""

from __future__ import annotations

from workers.session import Session


class Waiter:
    """A role that is done as soon as a login works and the queue exists."""

    in_flight = 0
    found = False

    def begin(self, session: Session) -> None:
        """Be done: all that is waited for is there."""
        self.found = True
        session.finish()

    def tick(self) -> None:
        """Nothing is ever due."""

    def drain(self) -> None:
        """Nothing is ever in flight."""

    def end(self) -> None:
        """Nothing is ever undecided."""
