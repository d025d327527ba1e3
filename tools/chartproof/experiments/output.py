"""The output of a case, to hold that of other values against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chartproof import engine
from chartproof.cases import Case
from chartproof.excerpt import Sources
from chartproof.experiments.likeness import is_like
from chartproof.experiments.subject import Subject, with_value
from chartproof.values import merge
from chartproof.walk import dig
from chartproof.yamlio import Path

_NEW = "changed"

Text = Sequence[str]
Lines = Mapping[str, Text]
"""What each template writes, a line each."""


class Failure(str):
    """Helm's report of a render that failed."""

    __slots__ = ()


@dataclass(frozen=True)
class Output:
    """What a case renders with some values."""

    subject: Subject
    case: Case
    values: Mapping[str, Any]
    once: Lines
    _alone: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls, subject: Subject, case: Case, values: Mapping[str, Any] | None = None
    ) -> Output | None:
        """Render a case, perhaps with other values; None where that fails."""
        values = case.values if values is None else values
        once = _rendered(subject, case, values)
        return None if isinstance(once, Failure) else cls(subject, case, values, once)

    @classmethod
    def known(cls, subject: Subject, case: Case, files: Mapping[str, str]) -> Output:
        """Take what a case is known to render."""
        return cls(subject, case, case.values, _lines(files))

    def with_values(self, values: Mapping[str, Any]) -> Output | None:
        """Render the same case with other values; None where that fails."""
        return Output.of(self.subject, self.case, values)

    @property
    def size(self) -> int:
        """How many lines it has."""
        return sum(map(len, self.once.values()))

    @cached_property
    def again(self) -> Lines:
        """Another render with the same values, which shows what is random, unless it fails."""
        again = _rendered(self.subject, self.case, self.values)
        return self.once if isinstance(again, Failure) else again

    @cached_property
    def _all_values(self) -> Mapping[str, Any]:
        return merge(self.subject.values, self.values)

    def own(self, path: Path) -> Any:
        """Return the value at `path`, that of values.yaml where the case gives none."""
        return dig(self._all_values, *path)

    def changed(self, changes: Mapping[Path, Any]) -> Lines | Failure:
        """Render with other values at some paths."""
        return _rendered(self.subject, self.case, self._with(changes))

    def differs(self, other: Lines | Failure) -> bool:
        """Tell whether another render failed, or has another line where none is random."""
        return isinstance(other, Failure) or any(self.differing(other))

    def differing(self, other: Lines) -> Iterator[str]:
        """Give the files that another render has otherwise; what a subchart lacks is empty."""
        for source in self.once:
            if self.differs_in(source, other.get(source, ())):
                yield source

    def shows(self, path: Path) -> bool:
        """Tell whether another value at `path` changes a line, or makes the render fail."""
        return self.differs(self.changed({path: other_value(self.own(path))}))

    def changed_in(self, source: str, changes: Mapping[Path, Any]) -> Text | Failure:
        """Render one template, without the others, with other values at some paths."""
        return self._excerpt(source, self._with(changes))

    def shows_in(self, path: Path, source: str) -> bool:
        """Tell whether it does so in a template that is rendered without the others.

        That is believed where the template unchanged writes the same with and without them.
        """
        changed = self.changed_in(source, {path: other_value(self.own(path))})
        return self.differs_in(source, changed) and self.stands_alone(source)

    def differs_in(self, source: str, other: Text | Failure) -> bool:
        """Tell whether one template failed, or wrote another line where none is random."""
        if isinstance(other, Failure):
            return True
        once = self.once.get(source, ())
        if other == once:
            return False
        again = self.again.get(source, ())
        return again == once or not is_like(once, again, other)

    def stands_alone(self, source: str) -> bool:
        """Tell whether a template writes without the others what it writes with them."""
        if source not in self._alone:
            is_other = self.differs_in(source, self._excerpt(source, self.values))
            self._alone[source] = self.subject.chart.excerpts.are_apart and not is_other
        return self._alone[source]

    def _with(self, changes: Mapping[Path, Any]) -> Mapping[str, Any]:
        values = self.values
        for path, value in changes.items():
            values = with_value(values, path, value)
        return values

    def _excerpt(self, source: str, values: Mapping[str, Any]) -> Text | Failure:
        excerpts = self.subject.chart.excerpts
        try:
            files = excerpts.render(Sources({source}), values, self.case.options)
        except engine.EngineError as error:
            return Failure(error)
        return files.get(source, "").splitlines()


def _rendered(subject: Subject, case: Case, values: Mapping[str, Any]) -> Lines | Failure:
    """Render a case with other values, the schema aside."""
    try:
        files = engine.render_templates(subject.archive_without_schema, values, case.options)
    except engine.EngineError as error:
        return Failure(error)
    return _lines(files)


def _lines(files: Mapping[str, str]) -> Lines:
    return {name: text.splitlines() for name, text in files.items()}


def longer_list(value: Any, mark: str) -> Any:
    """Return a list with `mark` at its end, which is not empty as `other_value` may be."""
    return [*value, mark] if isinstance(value, list) else other_value(value, mark)


def other_value(value: Any, mark: str = _NEW) -> Any:
    """Return another value of the same type, with `mark` in it where it can have one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list):
        return [] if value else [mark]
    if isinstance(value, Mapping):
        return {mark: mark}
    return f"{value or ''}{mark}"
