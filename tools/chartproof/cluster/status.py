"""What a release is at: its revision, its pods, its queues."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from chartproof.cluster.choose import resolve
from chartproof.cluster.engine import ClusterEngine, Engine, Member, ReleaseEngine
from chartproof.cluster.helm import Helm, Target
from chartproof.cluster.progress import Progress
from chartproof.cluster.watch import COMPONENT, FAULTS, Watch, is_hook, member

METRICS_PORT = 15692
QUEUED = re.compile(r"^rabbitmq_queue_messages (\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Status:
    """A release's headline and pods."""

    headline: str
    members: Sequence[Member]

    @property
    def all_ready(self) -> bool:
        """Whether there are pods and each is ready."""
        return bool(self.members) and all(member.ready for member in self.members)


def status(context: str | None, engine: str | None, namespace: str, release: str) -> Status | None:
    """Look at a release; None when no engine runs anything."""
    at = resolve(context, engine)
    if at is None:
        return None
    if isinstance(at, ReleaseEngine):
        return Status(f"{release} as processes", at.members())
    return _on_cluster(reach(at, namespace, release))


def reach(engine: Engine, namespace: str, release: str) -> Target:
    """Return the release's place on the cluster of an engine that is at work."""
    assert isinstance(engine, ClusterEngine)  # noqa: S101 - the other kind has no cluster
    return Target(engine.start(Progress(Console(quiet=True))), namespace, release)


def _on_cluster(target: Target) -> Status:
    watch = Watch(target)
    with Helm(target) as helm:
        history = helm.history()
    if not history:
        return Status(f"no release {target.release} in namespace {target.namespace}", ())
    last = history[-1]
    parts = [f"{target.release} in {target.namespace}", f"revision {last.number} {last.status}"]
    if (queued := messages_queued(watch)) is not None:
        parts.append(f"messages in queues: {queued:,}")
    return Status(", ".join(parts), watch.members())


def messages_queued(watch: Watch) -> int | None:
    """Return how many messages wait in the brokers' queues; None when no broker says so."""
    counts = []
    for pod in watch.pods(f"{COMPONENT}=broker"):
        if not is_hook(pod) and member(pod).ready:
            try:
                counts += QUEUED.findall(watch.get_from(pod, METRICS_PORT, "metrics"))
            except FAULTS:
                continue
    return sum(map(int, counts)) if counts else None


def table(members: Sequence[Member]) -> Table:
    """Show one pod a line."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("component", "name", "ready", "restarts", "state"):
        shown.add_column(column, justify="right" if column == "restarts" else "left")
    for found in members:
        ready = "[green]yes[/]" if found.ready else "[red]no[/]"
        shown.add_row(found.component, found.name, ready, str(found.restarts), found.state)
    return shown
