"""`down`: takes away what runs, clears what broke off, and is content with nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from chartproof.cluster import choose
from chartproof.cluster.down import down
from chartproof.cluster.engine import Check
from chartproof.cluster.progress import Progress


@dataclass
class Recorded:
    """An engine that counts how often it is stopped."""

    name: str
    started: bool = False
    usable: bool = True
    stops: int = 0

    def check(self) -> Check:
        return Check(self.usable, "so it is told")

    def running(self) -> bool:
        return self.started

    def stop(self) -> None:
        self.stops += 1


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> dict[str, Recorded]:
    own = {
        "k3d": Recorded("k3d", usable=False),
        "kind": Recorded("kind", started=True),
        "node": Recorded("node"),
    }
    makers: dict[str, Any] = {
        name: lambda _nodes, engine=engine: engine for name, engine in own.items()
    }
    monkeypatch.setattr(choose, "ENGINES", makers)
    return own


def test_what_runs_is_stopped(engines: dict[str, Recorded], progress: Progress) -> None:
    assert down(None, None, "namespace", "release", progress)
    assert engines["kind"].stops == 1
    assert [timing.stage for timing in progress.timings] == ["stop kind"]


def test_what_a_broken_off_stop_left_is_cleared(
    engines: dict[str, Recorded], progress: Progress
) -> None:
    down(None, None, "namespace", "release", progress)
    assert engines["node"].stops == 1


def test_an_engine_that_cannot_have_made_anything_is_left_alone(
    engines: dict[str, Recorded], progress: Progress
) -> None:
    down(None, None, "namespace", "release", progress)
    assert engines["k3d"].stops == 0


def test_a_named_engine_is_the_only_one_stopped(
    engines: dict[str, Recorded], progress: Progress
) -> None:
    assert not down(None, "node", "namespace", "release", progress)
    assert engines["kind"].stops == 0


def test_nothing_to_take_away_is_no_error(engines: dict[str, Recorded], progress: Progress) -> None:
    engines["kind"].started = False
    assert not down(None, None, "namespace", "release", progress)
    assert progress.timings == []
