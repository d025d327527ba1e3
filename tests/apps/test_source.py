"""Where a producer's messages come from, and what a bad name of a source is told."""

from __future__ import annotations

import io
import os
import sys
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.apps.places import told
from workers import Publishing, source
from workers.settings import ConfigError

LARGEST = 100


@pytest.fixture(autouse=True)
def folder_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent / "handlers")


def give(spec: str, start: int = 1, count: int = 3) -> list[object]:
    return list(islice(source.load(spec, LARGEST).open(start), count))


def test_the_tutorials_messages_count_from_where_they_begin() -> None:
    assert give("counter", count=2) == [b"Hello World 1!", b"Hello World 2!"]
    assert give("counter", start=7, count=1) == [b"Hello World 7!"]


def test_each_line_of_a_file_is_a_message_without_its_line_break(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"one\n\nthree\r\nno break")
    assert give(f"lines:{file}", count=9) == [b"one", b"", b"three\r", b"no break"]
    assert give(f"lines:{file}", start=3, count=9) == [b"three\r", b"no break"]
    assert give(f"lines:{file}", start=5) == []


def test_a_file_that_has_become_shorter_is_no_place_to_go_on(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"one\n")
    with pytest.raises(ConfigError, match="it has 1 lines, and 5 were published before"):
        give(f"lines:{file}", start=6)


def test_a_line_without_an_end_is_read_only_as_far_as_it_is_too_long(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"x" * 10_000)
    [first] = give(f"lines:{file}", count=1)
    assert isinstance(first, bytes)
    assert LARGEST < len(first) <= LARGEST + 2


def test_standard_input_has_no_position_and_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"one\ntwo\n")))
    loaded = source.load("lines:-", LARGEST)
    assert list(loaded.open(1)) == [b"one", b"two"]
    assert (loaded.has_position, loaded.may_wait) == (False, True)


def test_only_a_regular_file_has_a_position(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    pipe, file = (source.load(f"lines:{tmp_path / name}", LARGEST) for name in ("pipe", "file"))
    assert (pipe.has_position, pipe.may_wait) == (False, True)
    assert (file.has_position, file.may_wait) == (True, False)


def test_a_function_gives_what_it_yields() -> None:
    assert give("sources:three") == ["one", b"two", Publishing("three", id="own-3")]
    assert not source.load("sources:three", LARGEST).has_position


def test_a_function_that_does_not_say_what_it_takes_is_called_with_nothing() -> None:
    assert list(source.of(dict, "trial:it").open(1)) == []


def test_a_function_that_takes_start_can_begin_anywhere() -> None:
    assert give("sources:numbers", start=41, count=2) == ["41", "42"]
    assert source.load("sources:numbers", LARGEST).has_position


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("conter", "there is no such source; did you mean counter?"),
        (
            "kafka",
            "there is no such source; expected counter, lines:PATH, lines:- or module:function",
        ),
        (
            "lines:/no/such",
            "No such file or directory; expected counter, lines:PATH, lines:- or module:function",
        ),
        (
            "lines:",
            "No such file or directory; expected counter, lines:PATH, lines:- or module:function",
        ),
        ("sources:thre", "module 'sources' has no 'thre'; did you mean 'three'? (sources.py)"),
        (
            "sources:needy",
            "it takes (start, table); expected nothing, or start: int"
            " (sources.py: def needy(start: int, table: str) -> Iterator[str]:)",
        ),
        (
            "sources:later",
            "it is asynchronous; expected a plain generator"
            " (sources.py: async def later() -> AsyncIterator[str]:)",
        ),
        (
            "sources:text",
            "it returned str; expected a generator of messages (sources.py: def text() -> str:)",
        ),
        (
            "sources:number",
            "it returned int; expected a generator of messages (sources.py: def number() -> int:)",
        ),
        (
            "sources:no_database",
            'it raised OSError: no database (sources.py: raise OSError("no database"))',
        ),
    ],
)
def test_a_bad_name_is_told_what_is_wrong_with_it(spec: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        give(spec)
    assert told(caught.value) == f"MQ_SOURCE={spec}: {fault}"


def test_a_file_that_vanishes_before_it_is_opened_is_told(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.touch()
    loaded = source.load(f"lines:{file}", LARGEST)
    file.unlink()
    with pytest.raises(ConfigError, match="No such file"):
        loaded.open(1)
