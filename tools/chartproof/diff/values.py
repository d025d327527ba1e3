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
from chartproof.diff.removed_values import Removal, gone
from chartproof.diff.renamed_values import Value
from chartproof.diff.schema import VALUES, subcharts
from chartproof.diff.trial import Trial
from chartproof.experiments.subject import dotted

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
        yield from gone(value, found.added, Removal(old, new, trials))
    for path, before, after in found.changed:
        yield _changed(path, before, after, trials)
    if found.added:
        shown = tuple(
            redacted("", FieldChange(value.path, MISSING, value.default)) for value in found.added
        )
        count = sum(value.size for value in found.added)
        message = "one is new" if count == 1 else f"{count} are new"
        yield Change("value-added", Level.MINOR, VALUES, message, fields=shown)


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

    A digest says nothing of its own: it belongs to a tag.

    What a default does to objects is told of them.
    """
    if path[-1].lower().startswith("digest"):
        return Level.PATCH
    if path[-1] not in ("tag", "image"):
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
