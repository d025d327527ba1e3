"""A password of the workers that changes while messages flow."""

from __future__ import annotations

from typing import Any

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch
from tests.cluster.releases import rabbitmqctl, wait_for

# A mounted Secret is renewed within a quarter of a minute, and the broker looks every ten seconds.
FOLLOWED_S = 120


def rotates_without_loss(target: Target, change: Any, password: str) -> None:
    """Change the workers' password, have every worker log in anew, and hold the books."""
    watch = Watch(target)
    before = _worker_pods(watch)
    with Proof.watching(target.cluster, target.namespace, target.release) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        change()
        wait_for(
            lambda: "Success" in rabbitmqctl(watch, "authenticate_user", "worker", password),
            FOLLOWED_S,
        )
        assert rabbitmqctl(watch, "close_all_user_connections", "worker", "rotation") is not None
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 200, FOLLOWED_S)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 300
    assert _worker_pods(watch) == before, "a worker was restarted or replaced"


def _worker_pods(watch: Watch) -> list[tuple[str, int]]:
    """Return the names of the workers' pods, with how often each was restarted."""
    found = [member for member in watch.members() if member.component != "broker"]
    return sorted((member.name, member.restarts) for member in found)
