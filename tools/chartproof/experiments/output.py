"""The output of a case, to hold that of other values against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartproof import engine
from chartproof.cases import Case
from chartproof.experiments.subject import Subject, with_value
from chartproof.values import merge
from chartproof.walk import dig
from chartproof.yamlio import Path

_NEW = "changed"


@dataclass(frozen=True)
class Output:
    """What a case renders, a line each, and None for lines that are random."""

    subject: Subject
    case: Case
    values: Mapping[str, Any]
    lines: Mapping[str, Sequence[str | None]]

    @classmethod
    def of(
        cls, subject: Subject, case: Case, values: Mapping[str, Any] | None = None
    ) -> Output | None:
        """Render a case twice, perhaps with other values; None where that fails."""
        values = case.values if values is None else values
        once, again = (_rendered(subject, case, values) for _ in range(2))
        if once is None or again is None:
            return None
        lines = {
            name: [
                line if line == other else None
                for line, other in zip(text, again.get(name, ()), strict=False)
            ]
            for name, text in once.items()
        }
        return cls(subject, case, values, lines)

    def again(self, values: Mapping[str, Any]) -> Output | None:
        """Render the same case with other values; None where that fails."""
        return Output.of(self.subject, self.case, values)

    def shows(self, path: Path) -> bool:
        """Tell whether another value at `path` changes a line, or makes the render fail."""
        own = dig(merge(self.subject.values, self.values), *path)
        values = with_value(self.values, path, _other(own))
        changed = _rendered(self.subject, self.case, values)
        return changed is None or any(
            _differ(text, changed.get(name, ())) for name, text in self.lines.items()
        )


def _differ(text: Sequence[str | None], other: Sequence[str]) -> bool:
    """Tell whether a file's text is another one; what a subchart that is off lacks is empty."""
    return len(text) != len(other) or any(
        line not in (None, changed) for line, changed in zip(text, other, strict=True)
    )


def _rendered(
    subject: Subject, case: Case, values: Mapping[str, Any]
) -> Mapping[str, Sequence[str]] | None:
    """Render a case with other values, the schema aside; None where that fails."""
    try:
        rendered = engine.render(subject.archive_without_schema, values, case.options)
    except engine.EngineError:
        return None
    return {name: text.splitlines() for name, text in rendered.files.items()}


def _other(value: Any) -> Any:
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list):
        return [] if value else [_NEW]
    if isinstance(value, Mapping):
        return {_NEW: _NEW}
    return f"{value or ''}{_NEW}"
