"""A role, kept at work from session to session until it is told to stop."""

from __future__ import annotations

import logging
from time import monotonic, sleep

from workers import config, faults, logs
from workers.backoff import Backoff
from workers.drain import Drain
from workers.exits import Exit
from workers.faults import Fault, Retry
from workers.health import Status
from workers.metrics import Metrics
from workers.session import TICK, Role, Session
from workers.settings import ConfigError, Settings


class Worker:
    """The loop around the sessions. `patience` is how long, in seconds, refusals are retried."""

    def __init__(
        self,
        settings: Settings,
        role: Role,
        drain: Drain,
        status: Status,
        metrics: Metrics,
        patience: float,
    ) -> None:
        self._settings = settings
        self._role = role
        self._drain = drain
        self._status = status
        self._metrics = metrics
        self._patience = patience
        self._refused_since: float | None = None

    def run(self) -> Exit:
        """Connect, work and connect again until the role is done, or cannot go on."""
        backoff = Backoff()
        while True:
            started = monotonic()
            fault = self._work()
            self._status.connected = False
            if fault is None or self._over:
                return self._end()
            lasted = monotonic() - started
            self._metrics.sessions_ended.labels(fault.reason).inc()
            if self._is_final(fault, fresh=lasted >= backoff.stable):
                logs.event("refused", logging.ERROR, reason=fault.reason, detail=fault.text)
                return Exit.REFUSED
            delay = backoff.delay(lasted)
            logs.event(
                "disconnected",
                logging.WARNING,
                reason=fault.reason,
                detail=fault.text,
                retry_in=round(delay, 2),
            )
            self._pause(delay)
            if self._over:
                return self._end()

    def _work(self) -> Fault | None:
        """Hold one session, with the login as it is now: passwords change while a worker runs."""
        try:
            session = Session(config.renewed(self._settings), self._role, self._tick)
        except ConfigError as error:
            return Fault("misconfigured", str(error), Retry.FOR_A_WHILE)
        except OSError as error:
            return faults.judge(error)
        return session.run()

    @property
    def _over(self) -> bool:
        """Nothing is left to do, or no time to do it in."""
        return self._drain.expired or (self._drain.requested and not self._role.in_flight)

    def _tick(self, session: Session) -> None:
        self._status.connected = session.ready
        self._status.blocked = session.blocked
        self._beat()
        if self._over and not session.ready:
            session.drop(Fault("stopped", "told to stop before the work began"))
        elif self._drain.expired:
            session.drop(Fault("stopped", "the time to finish in is over"))

    def _beat(self) -> None:
        self._status.ticked_at = monotonic()
        if self._drain.requested:
            self._status.draining = True
            self._role.drain()
        self._role.tick()

    def _pause(self, seconds: float) -> None:
        until = monotonic() + seconds
        while not self._over and (left := until - monotonic()) > 0:
            sleep(min(left, TICK))
            self._beat()

    def _is_final(self, fault: Fault, fresh: bool) -> bool:
        """Tell a refusal that lasts from one that may pass; `fresh` forgets earlier ones."""
        if fresh or fault.retry is not Retry.FOR_A_WHILE:
            self._refused_since = None
        if fault.retry is Retry.FOR_A_WHILE:
            self._refused_since = self._refused_since or monotonic()
            return monotonic() - self._refused_since >= self._patience
        return fault.retry is Retry.NEVER

    def _end(self) -> Exit:
        if left := self._role.in_flight:
            logs.event("undrained", logging.ERROR, in_flight=left)
            return Exit.UNDRAINED
        return Exit.DRAINED
