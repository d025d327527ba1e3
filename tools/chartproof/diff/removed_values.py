"""Values that the new chart has no default for, and what becomes of who gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chartproof.chart import Chart
from chartproof.diff.change import Change
from chartproof.diff.fields import MISSING, FieldChange
from chartproof.diff.level import Level
from chartproof.diff.redaction import redacted
from chartproof.diff.renamed_values import Value, new_name
from chartproof.diff.schema import VALUES
from chartproof.diff.trial import Outcome, Trial
from chartproof.experiments.subject import dotted
from chartproof.experiments.subject import paths as values_in
from chartproof.values_schema import is_known
from chartproof.walk import dig

Path = tuple[str, ...]


@dataclass(frozen=True)
class Removal:
    """Both charts, and the cases in which a value that is gone is tried."""

    old: Chart
    new: Chart
    trials: Sequence[Trial]

    def outcome(self, value: Value) -> Outcome:
        """Tell what comes of giving a value.

        Where no case shows that anything reads it, the templates are searched for its name: in
        doubt the old chart read it, and the new one does not.
        """
        outcomes = [trial.outcome(value.path, value.default) for trial in self.trials]
        for outcome in (Outcome.REFUSED, Outcome.READ, Outcome.IGNORED):
            if outcome in outcomes:
                return outcome
        if re.search(_pattern(value.path[-2:]), self._new_templates):
            return Outcome.READ
        keys = [path[-1:] for path, _ in values_in({value.path[-1]: value.default})]
        was_named = any(re.search(_pattern(key), self._old_templates) for key in keys)
        return Outcome.IGNORED if was_named else Outcome.NEVER_READ

    @cached_property
    def _old_templates(self) -> str:
        return _templates(self.old)

    @cached_property
    def _new_templates(self) -> str:
        return _templates(self.new)


def gone(value: Value, added: Sequence[Value], removal: Removal) -> Iterator[Change]:
    """Judge a value that is gone from the defaults; a map that is read in parts, part by part."""
    path = dotted(value.path)
    shown = (redacted("", FieldChange(value.path, value.default, MISSING)),)
    outcome = removal.outcome(value)
    if outcome is Outcome.READ and isinstance(value.default, Mapping) and value.default:
        for key, inner in value.default.items():
            yield from gone(Value((*value.path, str(key)), inner), added, removal)
    elif outcome is Outcome.READ:
        message = "has no default any more"
        yield Change("default-removed", Level.MINOR, VALUES, message, path, shown)
    elif outcome is Outcome.NEVER_READ:
        yield Change("value-removed", Level.PATCH, VALUES, "is gone; nothing read it", path, shown)
    else:
        verb = "refused" if outcome is Outcome.REFUSED else "ignored"
        near = new_name(value, added)
        message = f"is {verb} now"
        if near:
            message += f": it seems to be {dotted(near.path)}"
        rule = "value-renamed" if near else "value-removed"
        yield Change(rule, Level.MAJOR, VALUES, message, path, shown)


def ignored_values(old: Chart, new: Chart, trial: Trial) -> Iterator[Change]:
    """Give the values of a case without defaults that only the old chart reads."""
    for path, value in _undeclared(trial.upgrade.case.values, (old, new)):
        if trial.outcome(path, value) is Outcome.IGNORED:
            shown = (redacted("", FieldChange(path, value, MISSING)),)
            message = "is ignored now"
            yield Change("value-removed", Level.MAJOR, VALUES, message, dotted(path), shown)


def _undeclared(
    values: Mapping[str, Any], charts: tuple[Chart, Chart]
) -> Iterator[tuple[Path, Any]]:
    """Give the values that neither chart has a default for, but for those in maps that are free.

    A map is free where its default is an empty one, or the schema of the new chart leaves it open.
    """
    for path, value in values_in(values):
        defaults = [dig(chart.values, *path[:-1]) for chart in charts]
        is_declared = any(isinstance(it, Mapping) and path[-1] in it for it in defaults)
        is_free = any(it in ({}, None) for it in defaults) and len(path) > 1
        schema = charts[1].schema
        if not (is_declared or is_free or (schema and is_known(schema, path))):
            yield tuple(map(str, path)), value


def _templates(chart: Chart) -> str:
    return "\n".join(text for name, text in chart.files.items() if "/templates/" in name)


def _pattern(keys: Sequence[str | int]) -> str:
    """Match keys as a template names them, one after the other."""
    return rf"\.{re.escape('.'.join(map(str, keys)))}\b"
