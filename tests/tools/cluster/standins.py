"""Executables that stand in for tools this machine lacks: they record how they are called."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """#!{python}
import json, sys
words = [{name!r}, *sys.argv[1:]]
stdin = "" if sys.stdin.isatty() else sys.stdin.read()
with open({calls!r}, "a") as calls:
    calls.write(json.dumps([words, stdin]) + "\\n")
for option, file in zip(words, words[1:]):
    if option == "--output" and file.startswith("/"):
        open(file, "w").close()
line = " ".join(words)
for start, (code, output) in sorted(json.load(open({answers!r})).items(), key=lambda a: -len(a[0])):
    if line.startswith(start):
        (sys.stdout if code == 0 else sys.stderr).write(output)
        sys.exit(code)
"""


@dataclass(frozen=True)
class StandIns:
    """A folder of executables, what they answer, and what they were asked.

    An answer belongs to every command line that starts with its key, the longest key first;
    without one, a call ends well and says nothing. A file to write, `--output /...`, is made.
    """

    folder: Path

    def install(self, *names: str) -> None:
        """Put an executable of each name into the folder."""
        self.answer({})
        for name in names:
            command = self.folder / name
            command.write_text(
                SCRIPT.format(
                    python=sys.executable,
                    name=name,
                    calls=str(self.folder / "calls"),
                    answers=str(self.folder / "answers"),
                )
            )
            command.chmod(0o755)

    def answer(self, answers: Mapping[str, tuple[int, str]]) -> None:
        """Set the exit code and the output by the start of the command line."""
        (self.folder / "answers").write_text(json.dumps(answers))

    def calls(self) -> list[str]:
        """Return the command lines so far."""
        return [" ".join(words) for words, _ in self._recorded()]

    def stdin_of(self, start: str) -> str:
        """Return what the first call that starts so was given on standard input."""
        return next(stdin for words, stdin in self._recorded() if " ".join(words).startswith(start))

    def _recorded(self) -> list[tuple[list[str], str]]:
        calls = self.folder / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [json.loads(line) for line in lines]
