"""A role, kept at work from session to session until it is told to stop."""

from __future__ import annotations

import logging
from collections.abc import Container
from time import monotonic, sleep
from typing import Any

from workers import config, faults, logs
from workers.backoff import Backoff
from workers.drain import Drain
from workers.exits import Exit
from workers.faults import Fault, Retry
from workers.health import Status
from workers.metrics import Metrics
from workers.rota import Rota
from workers.session import TICK, Role, Session
from workers.settings import ConfigError, Settings


class Worker:
    """The loop around the sessions.

    `patience` is how long, in seconds, refusals are retried; `hopeless` are reasons of faults that
    end it at once.
    """

    def __init__(
        self,
        settings: Settings,
        role: Role,
        drain: Drain,
        status: Status,
        metrics: Metrics,
        patience: float,
        hopeless: Container[str] = (),
    ) -> None:
        self._settings = settings
        self._role = role
        self._drain = drain
        self._status = status
        self._metrics = metrics
        self._patience = patience
        self._hopeless = hopeless
        self._refused_since: float | None = None
        self._rota = Rota()
        self._broker: str | None = None
        """The one that was tried last, for logs."""

    def run(self) -> Exit:
        """Connect, work and connect again until the role is done, or cannot go on."""
        backoff = Backoff(cap=self._settings.reconnect_wait)
        while True:
            fault, lasted = self._work()
            self._status.connected = False
            if fault is None or self._over:
                return self._end()
            self._metrics.sessions_ended.labels(fault.reason).inc()
            if self._is_final(fault, fresh=lasted >= backoff.stable):
                logs.event("refused", logging.ERROR, **self._told(fault))
                return Exit.REFUSED
            delay = backoff.delay(lasted) if self._rota.over else 0.0
            retry_in = round(delay, 2)
            logs.event("disconnected", logging.WARNING, **self._told(fault), retry_in=retry_in)
            self._pause(delay)
            if self._over:
                return self._end()

    def _work(self) -> tuple[Fault | None, float]:
        """Hold one session, and return its end and for how many seconds it was of use.

        The login is as it is now: passwords change while a worker runs.
        """
        try:
            settings = config.renewed(self._settings)
            host = self._rota.take(settings.broker.hosts)
            self._broker = settings.broker.at(host)
            session = Session(settings, host, self._role, self._tick)
        except ConfigError as error:
            return Fault("misconfigured", str(error), Retry.FOR_A_WHILE), 0.0
        except OSError as error:
            return faults.judge(error), 0.0
        started = monotonic()
        fault = session.run()
        if not session.begun:
            return fault, 0.0
        self._rota.renew()
        return fault, monotonic() - started

    @property
    def _over(self) -> bool:
        """Nothing is left to do, or no time to do it in."""
        return self._drain.expired or (self._drain.requested and not self._role.in_flight)

    def _told(self, fault: Fault) -> dict[str, Any]:
        return {"reason": fault.reason, "detail": fault.text, "broker": self._broker}

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
        return fault.retry is Retry.NEVER or fault.reason in self._hopeless

    def _end(self) -> Exit:
        if left := self._role.in_flight:
            logs.event("undrained", logging.ERROR, in_flight=left)
            return Exit.UNDRAINED
        return Exit.DRAINED
