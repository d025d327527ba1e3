"""Hooks that an upgrade runs from now on, or no longer."""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.diff.change import Change
from chartproof.diff.fields import field_changes
from chartproof.diff.level import Level
from chartproof.diff.pairing import Thing
from chartproof.diff.redaction import redacted
from chartproof.diff.upgrade import Upgrade
from chartproof.diff.version_labels import without_version_labels

_TEST = {"test", "test-success"}


def hooks(upgrade: Upgrade) -> Iterator[Change]:
    """Give hooks that are new, gone or other ones; tests are no more than a patch."""
    for thing in upgrade.hooks.added:
        yield Change("hook-added", _level(thing), thing.label, f"runs at {_events(thing)}")
    for thing in upgrade.hooks.removed:
        message = f"no longer runs at {_events(thing)}"
        yield Change("hook-removed", _level(thing), thing.label, message)
    for pair in upgrade.hooks.same:
        before, after = (_events(side) for side in pair)
        if before != after:
            message = f"runs at {after} in place of {before}"
            level = max(map(_level, pair))
            yield Change("hook-moves", level, pair.old.label, message)
        changes = list(without_version_labels(field_changes(pair.old.body, pair.new.body)))
        if changes:
            told = tuple(redacted(pair.old.kind, change) for change in changes)
            message = f"is another one, at {after}"
            yield Change("hook-changes", Level.PATCH, pair.old.label, message, fields=told)


def _events(thing: Thing) -> str:
    return ", ".join(sorted(thing.manifest.hook_events))


def _level(thing: Thing) -> Level:
    return Level.PATCH if _TEST.issuperset(thing.manifest.hook_events) else Level.MINOR
