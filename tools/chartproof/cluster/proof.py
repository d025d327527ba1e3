"""The proof that no message is lost: the producers' books against the consumers', from their logs.

It lasts from where it starts watching to where it settles, through installs, upgrades and pods
that are deleted by force in between. Messages that the broker confirmed to a producer in that
time must each be handled by a consumer, once or more often.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.table import Table

from chartproof.cluster.engine import Cluster, ReleaseEngine
from chartproof.cluster.follow import FileFollower, Line, PodFollower
from chartproof.cluster.helm import Target
from chartproof.cluster.ledger import Ledger, Result
from chartproof.cluster.watch import COMPONENT, Watch

BROKER = "broker"
# Brokers write no audit; every other pod of the release may, a test's too.
AUDITED = f"{COMPONENT}!={BROKER}"
# How far back consumers are read: they may handle a message before its confirm is written down.
HISTORY_S = 120.0
LOOK_S = 0.1


class Proof:
    """A proof under way."""

    def __init__(self) -> None:
        self._ledger = Ledger()
        self._lock = threading.Lock()
        self._cut_logs: set[str] = set()

    @classmethod
    @contextmanager
    def watching(cls, cluster: Cluster, namespace: str, release: str) -> Iterator[Proof]:
        """Keep the books of a release on a cluster, which may still be to be installed."""
        watch = Watch(Target(cluster, namespace, release))
        proof = cls()
        with (
            PodFollower(
                watch,
                f"{AUDITED},{COMPONENT}!=producer",
                proof.enter,
                history_s=HISTORY_S,
                cut=proof.cut,
            ),
            PodFollower(watch, f"{COMPONENT}=producer", proof.enter),
        ):
            yield proof

    @classmethod
    @contextmanager
    def watching_processes(cls, engine: ReleaseEngine) -> Iterator[Proof]:
        """Keep the books of a release that runs as processes, from their first line on."""
        proof = cls()
        workers: set[str] = set()

        def logs() -> list[Path]:
            workers.update({member.component for member in engine.members()} - {BROKER})
            return [log for worker in sorted(workers) for log in engine.logs(worker)]

        with FileFollower(logs, proof.enter):
            yield proof

    def enter(self, line: Line) -> None:
        """Enter a log line into the books."""
        with self._lock:
            self._ledger.read(line.text, whole=line.whole)

    def cut(self, log: str) -> None:
        """Note down that a consumer's log could not be read to its end."""
        with self._lock:
            self._cut_logs.add(log)

    def confirmed(self) -> int:
        """How many messages are confirmed so far."""
        with self._lock:
            return self._ledger.result(self._ledger.through()).confirmed

    def settle(self, timeout_s: float = 60) -> Result:
        """Wait until all that is confirmed by now is handled, at most `timeout_s`."""
        with self._lock:
            through = self._ledger.through()
        end = time.monotonic() + timeout_s
        while True:
            with self._lock:
                result = replace(self._ledger.result(through), cut=tuple(sorted(self._cut_logs)))
            if result.lost == 0 or time.monotonic() > end:
                return result
            time.sleep(LOOK_S)


def table(result: Result) -> Table:
    """Show the figures of a proof."""
    shown = Table(box=None, show_header=False, pad_edge=False)
    shown.add_column()
    shown.add_column(justify="right", style="bold")
    shown.add_row("confirmed by the producers", f"{result.confirmed:,}")
    shown.add_row("handled by the consumers", f"{result.handled:,}")
    shown.add_row("duplicates", f"{result.duplicates:,}")
    shown.add_row("lost", f"{result.lost:,}", style="green" if result.proven else "red")
    return shown


def verdict(result: Result) -> str:
    """Say in one line what a proof came to."""
    if result.confirmed == 0:
        return "nothing proven: no message was confirmed while watching"
    messages = f"{result.confirmed:,} confirmed messages"
    if result.lost and result.cut:
        logs = ", ".join(result.cut)
        return f"not proven: {result.lost:,} of {messages} may stand in logs that were cut: {logs}"
    if result.lost:
        return f"{result.lost:,} of {messages} were never handled"
    return f"proven: lost 0 of {messages}"
