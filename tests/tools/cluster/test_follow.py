"""Following logs: every line once, whatever becomes of pods and connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import kr8s
import pytest

from chartproof.cluster import follow
from chartproof.cluster.follow import FileFollower, Line, PodFollower


@dataclass
class Container:
    """A container whose log a test writes; `runs` has the lines of each run, the last one live."""

    pod: str
    kind: str = "containerStatuses"
    runs: list[list[str]] = field(default_factory=lambda: [[]])
    phase: str = "Running"
    ended: bool = False

    def write(self, clock: int, text: str) -> None:
        self.runs[-1].append(f"2026-01-01T00:00:{clock:02}.000000000Z {text}")

    def restart(self) -> None:
        self.runs.append([])

    def status(self) -> dict[str, Any]:
        state = {"terminated": {"exitCode": 0}} if self.ended else {"running": {}}
        return {"name": "worker", "restartCount": len(self.runs) - 1, "state": state}

    def as_pod(self) -> dict[str, Any]:
        created = "2026-01-01T00:00:00Z"
        return {
            "metadata": {"name": self.pod, "uid": self.pod, "creationTimestamp": created},
            "status": {"phase": self.phase, self.kind: [self.status()]},
        }


class FakeWatch:
    """Stands in for a `Watch`: an API server whose every answer a test controls."""

    def __init__(self, *containers: Container) -> None:
        self.containers = {container.pod: container for container in containers}
        self.requests = 0
        self.refused = 0
        self.broken = False

    def pods(self, _selector: str) -> list[dict[str, Any]]:
        if self.broken:
            self.refused += 1
            raise httpx.ConnectError("refused")
        return [container.as_pod() for container in self.containers.values()]

    def find(self, pod: dict[str, Any]) -> dict[str, Any] | None:
        found = {again["metadata"]["uid"]: again for again in self.pods("")}
        return found.get(pod["metadata"]["uid"])

    def log(self, pod: dict[str, Any], container: str, **options: Any) -> Iterator[str]:
        assert container == "worker"
        self.requests += 1
        if self.broken:
            raise httpx.ReadError("reset")
        if (found := self.containers.get(pod["metadata"]["name"])) is None:
            raise kr8s.ServerError("not found")
        run = found.runs[-2] if options.get("previous") else found.runs[-1]
        # As the API server does: whole seconds, so that lines of the last second come again.
        since = options.get("since_time", "")[:19]
        yield from [line for line in run if line[:19] >= since]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "LOOK_S", 0.01)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "not within 5 s"
        time.sleep(0.005)


class Lines(list[Line]):
    """What was emitted."""

    def texts(self) -> list[str]:
        return [line.text for line in self]


def followed(
    watch: FakeWatch,
    lines: Lines,
    history_s: float = 1e9,
    cut: Callable[[str], None] = lambda _: None,
) -> PodFollower:
    return PodFollower(watch, "", lines.append, history_s, cut)  # type: ignore[arg-type]


def test_lines_are_given_once_though_the_server_gives_them_again() -> None:
    pod = Container("a")
    pod.write(1, "one")
    watch, lines = FakeWatch(pod), Lines()
    with followed(watch, lines):
        wait_for(lambda: watch.requests > 3)
        pod.write(2, "two")
        wait_for(lambda: "two" in lines.texts())
    assert lines.texts() == ["one", "two"]


def test_only_the_recent_lines_of_a_pod_that_was_there_before() -> None:
    pod = Container("a")
    pod.write(1, "long ago")
    watch, lines = FakeWatch(pod), Lines()
    with followed(watch, lines, history_s=0):
        wait_for(lambda: watch.requests > 2)
    assert lines == []


def test_all_lines_of_a_pod_that_comes_later_and_it_is_told_that_they_are_all() -> None:
    old, new = Container("old"), Container("new")
    old.write(1, "from the old")
    new.write(1, "from the new")
    watch, lines = FakeWatch(old), Lines()
    with followed(watch, lines):
        watch.containers["new"] = new
        wait_for(lambda: len(lines) == 2)
    assert {line.source: line.whole for line in lines} == {"old/worker": False, "new/worker": True}


def test_a_restart_loses_no_line_of_the_run_before() -> None:
    pod = Container("a")
    pod.write(1, "first run")
    watch, lines = FakeWatch(pod), Lines()
    with followed(watch, lines):
        wait_for(lambda: len(lines) == 1)
        pod.write(2, "last words")
        pod.restart()
        pod.write(3, "second run")
        wait_for(lambda: "second run" in lines.texts())
    assert lines.texts() == ["first run", "last words", "second run"]
    assert [line.whole for line in lines] == [False, False, True]


def test_a_connection_that_breaks_is_taken_up_where_it_broke() -> None:
    pod = Container("a")
    pod.write(1, "before")
    watch, lines = FakeWatch(pod), Lines()
    with followed(watch, lines):
        wait_for(lambda: len(lines) == 1)
        watch.broken = True
        pod.write(2, "meanwhile")
        time.sleep(0.05)
        watch.broken = False
        wait_for(lambda: len(lines) == 2)
    assert lines.texts() == ["before", "meanwhile"]


def test_a_pod_that_is_gone_is_left_alone_after_a_last_look() -> None:
    pod = Container("a")
    watch, lines = FakeWatch(pod), Lines()
    with followed(watch, lines):
        wait_for(lambda: watch.requests > 0)
        del watch.containers["a"]
        wait_for(lambda: not _following())
    assert lines == []


def test_a_pod_that_is_gone_before_its_log_was_seen_to_end_has_a_cut_log() -> None:
    watch = FakeWatch(Container("a"))
    cut: list[str] = []
    with followed(watch, Lines(), cut=cut.append):
        wait_for(lambda: watch.requests > 0)
        watch.broken = True
        wait_for(lambda: watch.refused > 1)
        del watch.containers["a"]
        watch.broken = False
        wait_for(lambda: not _following())
    assert cut == ["a/worker"]


def test_the_log_of_a_pod_that_goes_after_its_last_line_is_whole() -> None:
    watch = FakeWatch(Container("a"))
    cut: list[str] = []
    with followed(watch, Lines(), cut=cut.append):
        wait_for(lambda: watch.requests > 1)
        del watch.containers["a"]
        wait_for(lambda: not _following())
    assert cut == []


def test_an_init_container_that_ended_is_read_once() -> None:
    pod = Container("a", kind="initContainerStatuses", ended=True)
    pod.write(1, "done")
    watch, lines = FakeWatch(pod), Lines()
    with followed(watch, lines):
        wait_for(lambda: not _following())
    assert (lines.texts(), watch.requests) == (["done"], 1)


def _following() -> bool:
    return any(thread.name.endswith("/worker") for thread in threading.enumerate())


def test_files_are_read_from_their_first_line_and_as_they_grow(tmp_path: Path) -> None:
    log = tmp_path / "consumer-0.log"
    log.write_text("one\ntw")
    files, lines = [log], Lines()
    with FileFollower(lambda: files, lines.append):
        wait_for(lambda: len(lines) == 1)
        with log.open("a") as more:
            more.write("o\n")
        wait_for(lambda: len(lines) == 2)
        later = tmp_path / "consumer-1.log"
        later.write_text("three\n")
        files.append(later)
        wait_for(lambda: len(lines) == 3)
    assert lines.texts() == ["one", "two", "three"]
    assert all(line.whole for line in lines)
