"""What a case renders to, as the texts of snapshot files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NOTES = "notes.txt"


@dataclass(frozen=True)
class Text:
    """The text of a snapshot, and the templates it comes from as `chart/templates/...`."""

    text: str
    templates: Sequence[str]

    @property
    def origin(self) -> str:
        """The templates, each once."""
        return ", ".join(dict.fromkeys(self.templates))


Texts = Mapping[str, Text]
"""The snapshots of a case, by the names of their files."""


@dataclass(frozen=True)
class Rendered:
    """The snapshots of a case, and whether they are sure to come out the same another time."""

    texts: Texts
    is_repeatable: bool
