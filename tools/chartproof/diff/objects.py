"""Objects that are new, and what changes in those that stay beside what other rules tell."""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.diff.change import Change
from chartproof.diff.fields import field_changes
from chartproof.diff.immutable import deletes_itself, immutable_fields, is_filled_in
from chartproof.diff.level import Level
from chartproof.diff.pairing import Pair
from chartproof.diff.redaction import redacted
from chartproof.diff.restarts import TEMPLATE
from chartproof.diff.upgrade import Upgrade
from chartproof.diff.version_labels import without_version_labels


def refusals(upgrade: Upgrade) -> Iterator[Change]:
    """Give what Kubernetes refuses to change."""
    for pair in upgrade.objects.same:
        yield from immutable_fields(pair)


def objects(upgrade: Upgrade) -> Iterator[Change]:
    """Give what is made anew, and what changes in place."""
    for thing in upgrade.objects.added:
        yield Change("object-added", Level.MINOR, thing.label, "is new")
    for pair in upgrade.objects.same:
        yield from _moved(pair)
        yield from _changed(pair)


def _moved(pair: Pair) -> Iterator[Change]:
    """Give an object that is asked for in another version of its API."""
    old, new = (side.manifest.api_version for side in pair)
    if old != new:
        message = f"is asked for as {new} in place of {old}"
        yield Change("api-version-changes", Level.MINOR, pair.old.label, message, "apiVersion")


def _changed(pair: Pair) -> Iterator[Change]:
    template = TEMPLATE.get(pair.old.kind)
    told = {change.field for change in immutable_fields(pair)}
    changes = [
        change
        for change in without_version_labels(field_changes(pair.old.body, pair.new.body))
        if not is_filled_in(pair, change)
        # What is paired is in one namespace, written or not.
        and change.path not in (("apiVersion",), ("metadata", "namespace"))
        and change.name not in told
        and not (template and change.path[: len(template)] == template)
    ]
    if changes:
        shown = tuple(redacted(pair.old.kind, change) for change in changes)
        message = "changes in place"
        if pair.old.kind == "Job" and deletes_itself(pair.old):
            message = "runs again if it has deleted itself by then; else the upgrade fails"
        yield Change("object-changes", Level.PATCH, pair.old.label, message, fields=shown)
