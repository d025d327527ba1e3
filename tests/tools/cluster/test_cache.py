"""What is made once, and shared between processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chartproof.cluster.cache import cache_dir, locked, once


def test_the_cache_is_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHARTPROOF_CACHE", str(tmp_path / "elsewhere"))
    assert cache_dir() == tmp_path / "elsewhere"

    monkeypatch.delenv("CHARTPROOF_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_dir() == tmp_path / ".cache" / "chartproof"


def test_a_thing_is_made_once_however_many_ask_for_it(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(part: Path) -> None:
        made.append(part)
        time.sleep(0.1)
        part.write_text("whole")

    target = tmp_path / "thing.tar"
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: once(target, make), range(4)))

    assert found == [target] * 4
    assert [part.suffix for part in made] == [".tar"]
    assert target.read_text() == "whole"


def test_a_thing_that_failed_half_way_is_made_again(tmp_path: Path) -> None:
    def fail(part: Path) -> None:
        part.mkdir()
        (part / "half").touch()
        raise OSError("no space")

    target = tmp_path / "thing"
    with pytest.raises(OSError, match="no space"):
        once(target, fail)
    assert not target.exists()

    assert once(target, Path.mkdir) == target
    assert list(target.iterdir()) == []


def hold(lock: Path, held: Path) -> None:
    """Take a lock and keep it."""
    with locked(lock):
        held.touch()
        time.sleep(60)


def test_a_lock_goes_with_a_process_that_was_killed(tmp_path: Path) -> None:
    lock, held = tmp_path / "lock", tmp_path / "held"
    process = multiprocessing.get_context("spawn").Process(target=hold, args=(lock, held))
    process.start()
    while not held.exists():
        assert process.is_alive()
        time.sleep(0.02)
    waited: list[bool] = []

    def end_the_holder() -> None:
        waited.append(True)
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)

    with locked(lock, waiting=end_the_holder):
        assert waited == [True]
    process.join()
