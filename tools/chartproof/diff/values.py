"""Values that are gone, have another name, are new, or have another default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chartproof.chart import Chart
from chartproof.diff.change import Change
from chartproof.diff.fields import MISSING, FieldChange
from chartproof.diff.image import parts
from chartproof.diff.level import Level, step
from chartproof.diff.redaction import redacted
from chartproof.diff.renamed_values import Value, new_name
from chartproof.diff.schema import VALUES, subcharts
from chartproof.diff.trial import Outcome, Trial
from chartproof.experiments.subject import dotted
from chartproof.experiments.subject import paths as values_in
from chartproof.values_schema import is_known
from chartproof.walk import dig

Path = tuple[str, ...]


class Differences(NamedTuple):
    """Where the defaults of two charts differ; a map that only one of them has comes once."""

    removed: Sequence[Value]
    added: Sequence[Value]
    changed: Sequence[tuple[Path, Any, Any]]


def value_changes(old: Chart, new: Chart, trials: Sequence[Trial]) -> Iterator[Change]:
    """Compare the defaults of two charts, those of their subcharts among them.

    What is gone from the defaults may still be read: `trials` tell.
    """
    found = differences(_own(old), _own(new))
    for value in found.removed:
        yield from _removed(value, found.added, trials)
    for path, before, after in found.changed:
        yield _changed(path, before, after, trials)
    if found.added:
        shown = tuple(
            redacted("", FieldChange(value.path, MISSING, value.default)) for value in found.added
        )
        count = sum(value.size for value in found.added)
        message = "one is new" if count == 1 else f"{count} are new"
        yield Change("value-added", Level.MINOR, VALUES, message, fields=shown)


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


def _own(chart: Chart) -> Mapping[str, Any]:
    """Return the defaults without the copies of `global` that Helm gives to each subchart."""
    values = dict(chart.values)
    for key in subcharts(chart):
        inner = values.get(key)
        if isinstance(inner, Mapping):
            values[key] = {name: it for name, it in inner.items() if name != "global"}
    return values


def differences(old: Mapping[str, Any], new: Mapping[str, Any], above: Path = ()) -> Differences:
    """Compare values as deep as both have maps."""
    removed: list[Value] = []
    added: list[Value] = []
    changed: list[tuple[Path, Any, Any]] = []
    for key in dict.fromkeys((*old, *new)):
        path, before, after = (*above, str(key)), old.get(key), new.get(key)
        if key not in new:
            removed.append(Value(path, before))
        elif key not in old:
            added.append(Value(path, after))
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            inside = differences(before, after, path)
            removed += inside.removed
            added += inside.added
            changed += inside.changed
        elif before != after or isinstance(before, bool) is not isinstance(after, bool):
            changed.append((path, before, after))
    return Differences(removed, added, changed)


def _removed(value: Value, added: Sequence[Value], trials: Sequence[Trial]) -> Iterator[Change]:
    path = dotted(value.path)
    shown = (redacted("", FieldChange(value.path, value.default, MISSING)),)
    outcome = _outcome(value, trials)
    if outcome is Outcome.READ and isinstance(value.default, Mapping) and value.default:
        for key, inner in value.default.items():
            yield from _removed(Value((*value.path, str(key)), inner), added, trials)
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


def _outcome(value: Value, trials: Sequence[Trial]) -> Outcome:
    """Tell what comes of giving a value to the new chart that it has no default for."""
    outcomes = [trial.outcome(value.path, value.default) for trial in trials]
    for outcome in (Outcome.REFUSED, Outcome.READ, Outcome.IGNORED):
        if outcome in outcomes:
            return outcome
    return Outcome.NEVER_READ if trials else Outcome.IGNORED


def _changed(path: Path, before: Any, after: Any, trials: Sequence[Trial]) -> Change:
    shown = (redacted("", FieldChange(path, before, after)),)
    kinds = [_kind(side) for side in (before, after)]
    if "a map" in kinds and None not in kinds:
        given = [trial.refuses(path, before) for trial in trials]
        if any(given) or not given:
            message = f"is {kinds[1]} in place of {kinds[0]}"
            return Change("value-retyped", Level.MAJOR, VALUES, message, dotted(path), shown)
    level = _level(path, before, after)
    return Change("default-changes", level, VALUES, "has another default", dotted(path), shown)


def _kind(value: Any) -> str | None:
    if value is None:
        return None
    return (
        "a map"
        if isinstance(value, Mapping)
        else "a list"
        if isinstance(value, list)
        else "one value"
    )


def _level(path: Path, before: Any, after: Any) -> Level:
    """Weigh a default: as minor, or as a patch where it is an image's tag that takes no more.

    What it does to objects is told of them.
    """
    if path[-1] not in ("tag", "image", "digest"):
        return Level.MINOR
    names, tags = zip(*(_image(path[-1], str(side)) for side in (before, after)), strict=True)
    if names[0] != names[1]:
        return Level.MINOR
    found = step(*tags) if tags[0] != tags[1] else Level.PATCH
    return Level.PATCH if found is Level.PATCH else Level.MINOR


def _image(key: str, text: str) -> tuple[str, str]:
    """Split an image, or a tag, into its name and the version in its tag."""
    name, tag = parts(text) if key == "image" else ("", text.partition("@")[0])
    return name, tag.partition("-")[0]
