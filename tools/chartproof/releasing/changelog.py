"""CHANGELOG.md in the form of Keep a Changelog (keepachangelog.com, 1.1.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chartproof.errors import InputError, nearest

UNRELEASED = "Unreleased"
KINDS = ("added", "changed", "deprecated", "removed", "fixed", "security")
"""Those of Keep a Changelog, and the values that Artifact Hub takes for `kind`."""
_SECTION = re.compile(r"^##\s+\[?(?P<name>[^\]\s]+)\]?.*$", re.M)
_KIND = re.compile(r"^###\s+(?P<kind>.+?)\s*$")
_ITEM = re.compile(r"^[-*+]\s+(?P<text>.*)$")
_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\([^)]*\)")


@dataclass(frozen=True)
class Change:
    """One entry, in one line of plain text."""

    kind: str
    description: str


@dataclass(frozen=True)
class Changelog:
    """The file, and its text."""

    file: Path
    text: str

    @classmethod
    def read(cls, file: Path) -> Changelog:
        """Read the file. Raises InputError."""
        if not file.is_file():
            raise InputError(f"{file}: no such file; `release: {{changelog: FILE}}` names another")
        return cls(file, file.read_text("utf-8"))

    def has(self, name: str) -> bool:
        """Tell whether there is a section `## [name]`."""
        return any(found["name"] == name for found in _SECTION.finditer(self.text))

    def changes(self, name: str) -> list[Change]:
        """Return the entries of a section. Raises InputError for one that is missing or unfit."""
        sections = list(_SECTION.finditer(self.text))
        for at, found in enumerate(sections):
            if found["name"] == name:
                end = sections[at + 1].start() if at + 1 < len(sections) else len(self.text)
                line = self.text.count("\n", 0, found.end()) + 1
                return list(self._changes(self.text[found.end() : end], line))
        raise InputError(f"{self.file}: there is no section ## [{name}]")

    def dated(self, version: str, day: date) -> str:
        """Return the text with the unreleased changes as those of a version, and room for new."""
        (found,) = [it for it in _SECTION.finditer(self.text) if it["name"] == UNRELEASED]
        heading = f"{found[0]}\n\n## [{version}] - {day.isoformat()}"
        return self.text[: found.start()] + heading + self.text[found.end() :]

    def _changes(self, text: str, first_line: int) -> Iterator[Change]:
        kind, words = "", list[str]()
        for number, line in enumerate(text.splitlines(), first_line):
            heading, item = _KIND.match(line), _ITEM.match(line)
            if (heading or item) and words:
                yield Change(kind, _plain(words))
                words = []
            if heading:
                kind = self._known(heading["kind"], number)
            elif item:
                if not kind:
                    raise InputError(f"{self.file}:{number}: an entry that is under no ### heading")
                words = [item["text"]]
            elif words and line.startswith(" "):
                words.append(line)
        if words:
            yield Change(kind, _plain(words))

    def _known(self, heading: str, line: int) -> str:
        if heading.lower() in KINDS:
            return heading.lower()
        near = nearest(heading.lower(), KINDS)
        hint = f"did you mean {near.capitalize()}?" if near else f"one of {', '.join(KINDS)}"
        raise InputError(f"{self.file}:{line}: ### {heading}: not a kind of change, {hint}")


def _plain(words: list[str]) -> str:
    """Join the lines of an entry, and take the marks of Markdown out: Artifact Hub shows text."""
    text = " ".join(" ".join(words).split())
    return _LINK.sub(r"\g<text>", text).replace("`", "").replace("**", "")
