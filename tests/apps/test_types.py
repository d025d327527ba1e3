"""What users write is checked by its types, against the package as it is built."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path
from textwrap import dedent

import pytest

import workers
from tests.support.words import Words

APPS = Path(__file__).parents[2] / "apps"

GOOD = {
    "a handler, a batch handler, two sources and a store": """\
        from collections.abc import Iterator

        from workers import BatchHandler, Dedup, Handler, Message, PositionedSource, Source
        from workers.dedup import Recent

        def handle(message: Message) -> None:
            print(message.id, message.headers.get("kind"), message.trace)

        def store(messages: list[Message]) -> int:
            return len(messages)

        def feed() -> Iterator[str]:
            yield "one"

        def resumed(start: int) -> list[bytes]:
            return [b"one"][start - 1 :]

        handler: Handler = handle
        batch: BatchHandler = store
        source: Source = feed
        positioned: PositionedSource = resumed
        dedup: Dedup = Recent(10)
        """,
    "a handler that is an object, and one that asks for less": """\
        from workers import Handler, Message

        class Books:
            def __call__(self, message: Message) -> str:
                return message.body.decode()

        def anything(given: object) -> None:
            print(given)

        handlers: list[Handler] = [Books(), anything, print]
        """,
    "tests of both": """\
        from workers import Message, Publishing
        from workers.testing import consume, produce

        def handle(message: Message) -> None: ...
        def store(messages: list[Message]) -> None: ...
        def feed() -> list[Publishing | str | bytes]:
            return [Publishing("one", id="a", headers={"n": 1}), "two", b"three"]

        acked: list[Message] = consume(handle, ["a", b"b", Message(b"c")], delivery_limit=2).acked
        first: BaseException | None = consume(store, ["a"], batch=2).fates[0].attempts[0].error
        bodies: list[bytes] = produce(feed, nack={1}).bodies
        lines: tuple[Message, ...] = produce("lines:orders", count=2).taken
        """,
}
BAD = {
    "a handler that takes a body": """\
        from workers import Handler
        def handle(body: bytes) -> None: ...
        handler: Handler = handle
        """,
    "a source of numbers": """\
        from workers import Source
        def feed() -> list[int]:
            return [1]
        source: Source = feed
        """,
    "a store that remembers nothing": """\
        from workers import Dedup
        class Store:
            def seen(self, message_id: str) -> bool:
                return False
        dedup: Dedup = Store()
        """,
    "a test of what is no handler": """\
        from workers.testing import consume
        def handle(number: int) -> None: ...
        consume(handle, ["a"])
        """,
    "an id taken for a number": """\
        from workers import Message
        def handle(message: Message) -> int:
            return message.id
        """,
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it."""
    folder = tmp_path_factory.mktemp("wheel")
    building: Words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(building, cwd=APPS, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def checked(text: str, built: Path, folder: Path) -> tuple[int, str]:
    """Return the exit code and the words of a strict mypy on a file."""
    file = folder / "users_own.py"
    file.write_text(dedent(text))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", file.name],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(built)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("text", GOOD.values(), ids=list(GOOD))
def test_a_dozen_lines_are_enough_and_hold_under_a_strict_check(
    text: str, built: Path, tmp_path: Path
) -> None:
    code, words = checked(text, built, tmp_path)
    assert code == 0, words


@pytest.mark.parametrize("text", BAD.values(), ids=list(BAD))
def test_what_no_worker_would_take_does_not_hold(text: str, built: Path, tmp_path: Path) -> None:
    code, words = checked(text, built, tmp_path)
    assert code == 1
    assert "Found 1 error" in words


def test_the_package_says_that_it_has_types_and_what_is_optional(built: Path) -> None:
    assert (built / "workers/py.typed").is_file()
    assert (built / "workers/testing/__init__.py").is_file()
    [metadata] = built.glob("*.dist-info/METADATA")
    assert "Provides-Extra: opentelemetry" in metadata.read_text()
    assert (
        "Requires-Dist: opentelemetry-api>=1.30; extra == 'opentelemetry'" in metadata.read_text()
    )


@pytest.mark.parametrize("name", sorted({*workers.__all__} - {"Body"}))  # an alias has no docstring
def test_every_public_name_says_what_it_is(name: str) -> None:
    assert getattr(workers, name).__doc__
