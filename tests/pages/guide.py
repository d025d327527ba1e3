"""A page that is followed literally: the files it gives and the commands it types."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"(?:^`(?P<file>[^`\n]+)`(?P<more>, at its end)?:\n\n)?"
    r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$",
    re.M | re.S,
)


@dataclass(frozen=True)
class Command:
    """A command as it is typed, and lines that it has to print."""

    words: str
    shows: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """A file that the reader writes, or one that there is and gets more text at its end."""

    name: str
    text: str
    is_more: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a command; `seconds` on the clock, `code` is its exit code."""

    command: Command
    printed: str
    seconds: float
    code: int

    @property
    def missing(self) -> list[str]:
        """The lines that the page shows and the command did not print."""
        return [line for line in self.command.shows if line.strip() not in self.printed]


def steps(page: str) -> Iterator[Command | File]:
    """Give what a reader does, in order. What is neither a named file nor typed is only read."""
    for fence in _FENCE.finditer(page):
        if fence["file"]:
            yield File(fence["file"], fence["text"], is_more=bool(fence["more"]))
        elif fence["kind"] == "console":
            yield from _commands(fence["text"])


def section(page: str, heading: str) -> str:
    """Return what stands under a heading, up to the next of its level or a higher one."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", page, re.M)
    assert found, f"no heading {heading!r}"
    next_one = re.compile(rf"^#{{1,{len(found[1])}}} ", re.M)
    # A comment in a block of code begins as a heading does.
    blank = _FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), page)
    end = next_one.search(blank, found.end())
    return page[found.end() : end.start() if end else len(page)]


def follow(page: str, folder: Path, path: str, own: Path | None = None) -> Iterator[Outcome]:
    """Do what a page says in `folder`; `path` are the folders that commands are looked up in.

    With `own`, the folder of a virtual environment, that one's programs and packages are used in
    place of this one's.
    """
    for step in steps(page):
        if isinstance(step, File):
            file = folder / step.name
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.read_text() if step.is_more else ""
            file.write_text(before + step.text)
        else:
            begin = time.perf_counter()
            typed = ["bash", "-c", step.words]
            done = subprocess.run(
                typed,
                cwd=folder,
                env=_environment(path, own),
                capture_output=True,
                text=True,
                check=False,
            )
            seconds = time.perf_counter() - begin
            yield Outcome(step, done.stdout + done.stderr, seconds, done.returncode)


def _commands(text: str) -> Iterator[Command]:
    for typed in re.split(r"^\$ ", text, flags=re.M)[1:]:
        words, *shows = typed.splitlines()
        yield Command(words, tuple(filter(None, shows)))


def _environment(path: str, own: Path | None) -> Mapping[str, str]:
    """Give a command the packages and programs of an environment, and no colours."""
    programs = str(own / "bin" if own else Path(sys.executable).parent)
    kept = {key: text for key, text in os.environ.items() if not key.startswith("PYTEST_")}
    packages = "" if own else os.pathsep.join(filter(None, sys.path))
    return {
        **kept,
        "PATH": os.pathsep.join([programs, path, os.environ["PATH"]]),
        "PYTHONPATH": packages,
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
    }
