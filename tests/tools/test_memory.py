"""A memory holds what it was given, forgets what is old, and never gives back what is damaged."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from chartproof import memory
from chartproof.memory import Memory

KEY, OTHER = "a" * 64, "b" * 64


def test_what_is_kept_is_recalled_under_its_key_alone(tmp_path: Path) -> None:
    Memory(tmp_path / "new").keep(KEY, b"found\nthis")
    assert Memory(tmp_path / "new").recall(KEY) == b"found\nthis"
    assert Memory(tmp_path / "new").recall(OTHER) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"\xff\x00" * 100,
        lambda content: content[:-1],
        lambda content: content + b"more",
        lambda content: content.replace(b"found", b"fount"),
        lambda content: content.partition(b"\n")[2],
    ],
    ids=["empty", "binary", "cut off", "longer", "changed", "without its digest"],
)
def test_a_damaged_entry_is_none(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    kept = Memory(tmp_path)
    kept.keep(KEY, b"found")
    (tmp_path / KEY).write_bytes(damage((tmp_path / KEY).read_bytes()))
    assert kept.recall(KEY) is None
    kept.keep(KEY, b"found")
    assert kept.recall(KEY) == b"found"


def test_an_entry_in_the_place_of_another_is_none(tmp_path: Path) -> None:
    Memory(tmp_path).keep(KEY, b"found")
    (tmp_path / KEY).rename(tmp_path / OTHER)
    assert Memory(tmp_path).recall(OTHER) is None


def test_the_entries_used_longest_ago_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "KEPT_ENTRIES", 3)
    kept = Memory(tmp_path)
    for number in range(3):
        kept.keep(f"{number}", b"found")
        os.utime(tmp_path / f"{number}", (number, number))
    assert kept.recall("0") == b"found"  # and so used last
    kept.keep("new", b"found")
    assert {it.name for it in tmp_path.iterdir()} == {"0", "2", "new"}


def test_what_is_kept_has_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "KEPT_BYTES", 1000)
    kept = Memory(tmp_path)
    for number in range(9):
        kept.keep(f"{number}", b"." * 300)
        os.utime(tmp_path / f"{number}", (number, number))
        assert sum(it.stat().st_size for it in tmp_path.iterdir()) <= 1000
    assert kept.recall("8") == b"." * 300


def test_a_folder_that_cannot_be_made_remembers_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Memory(tmp_path / "file" / "folder")
    kept.keep(KEY, b"found")
    assert kept.recall(KEY) is None


def test_processes_that_keep_at_once_leave_whole_entries(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        sound = list(pool.map(_keep_and_recall, [tmp_path] * 8, range(8)))
    assert all(sound)
    assert [it.name for it in tmp_path.iterdir()] == [KEY]
    assert Memory(tmp_path).recall(KEY) in {_content(number) for number in range(8)}


def _keep_and_recall(folder: Path, number: int) -> bool:
    """Tell whether one of the texts was there each time, whoever wrote it."""
    kept, all_there_are = Memory(folder), {_content(number) for number in range(8)}
    for _ in range(50):
        kept.keep(KEY, _content(number))
        if kept.recall(KEY) not in all_there_are:
            return False
    return True


def _content(number: int) -> bytes:
    return f"{number}".encode() * 20_000
