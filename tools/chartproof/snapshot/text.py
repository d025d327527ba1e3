"""The text of a snapshot file."""

from __future__ import annotations

from collections.abc import Sequence
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
