"""Fields that Kubernetes refuses to change: an upgrade that tries fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chartproof.diff.change import Change
from chartproof.diff.fields import MISSING, FieldChange, Item, Path, field_changes, written
from chartproof.diff.fixed import FIXED, Fixed
from chartproof.diff.level import Level
from chartproof.diff.pairing import Pair, Thing
from chartproof.diff.quantity import quantity
from chartproof.diff.redaction import redacted
from chartproof.walk import dig

RULE = "immutable-field"
REFUSED = "Kubernetes refuses to change it, so that the upgrade fails"


def immutable_fields(pair: Pair) -> Iterator[Change]:
    """Give what Kubernetes refuses to change in one object."""
    if deletes_itself(pair.old):
        return
    for fixed in FIXED.get((pair.old.group, pair.old.kind), ()):
        yield from _changed(pair, fixed)
    yield from _sealed(pair)
    yield from _cluster_ip(pair)
    yield from _shrunk(pair)


def deletes_itself(thing: Thing) -> bool:
    """Tell whether an object is gone some time after it has run, as most Jobs are at an upgrade."""
    return dig(thing.body, "spec", "ttlSecondsAfterFinished") is not None


def _changed(pair: Pair, fixed: Fixed) -> Iterator[Change]:
    old, new = (_at(side.body, fixed.within) for side in pair)
    for change in field_changes(old, new):
        below = _pattern(change.path)
        may_change = any(f"{below}.".startswith(f"{path}.") for path in fixed.but)
        whole = FieldChange((*fixed.within, *change.path), change.old, change.new)
        if not (may_change or is_filled_in(pair, whole)):
            yield _refused(pair, fixed.within, change)


def is_filled_in(pair: Pair, change: FieldChange) -> bool:
    """Tell whether what only one side gives is what the API server would have written."""
    if MISSING not in (change.old, change.new):
        return False
    given = change.new if change.old is MISSING else change.old
    for fixed in FIXED.get((pair.old.group, pair.old.kind), ()):
        if change.path[: len(fixed.within)] == fixed.within:
            below = _pattern(change.path[len(fixed.within) :])
            if below in fixed.filled_in:
                return bool(given == fixed.filled_in[below])
    return False


def _pattern(path: Path) -> str:
    return ".".join("*" if isinstance(step, Item) else step for step in path)


def _sealed(pair: Pair) -> Iterator[Change]:
    """Hold a Secret or ConfigMap to what it said of itself, that it is immutable."""
    if pair.old.kind not in ("Secret", "ConfigMap") or pair.old.body.get("immutable") is not True:
        return
    for name in ("immutable", "data", "binaryData", "stringData"):
        for change in field_changes(_at(pair.old.body, (name,)), _at(pair.new.body, (name,))):
            yield _refused(pair, (name,), change)


def _cluster_ip(pair: Pair) -> Iterator[Change]:
    """A Service keeps its address; one that is no longer given stays as well."""
    if pair.old.kind != "Service" or dig(pair.new.body, "spec", "type") == "ExternalName":
        return
    path = ("spec", "clusterIP")
    old, new = _at(pair.old.body, path), _at(pair.new.body, path)
    if dig(pair.old.body, "spec", "type") != "ExternalName" and new not in (MISSING, "", old):
        yield _refused(pair, path, FieldChange((), old, new))


def _shrunk(pair: Pair) -> Iterator[Change]:
    """A claim grows, where its class lets it, and never shrinks."""
    if pair.old.kind != "PersistentVolumeClaim":
        return
    path = ("spec", "resources", "requests", "storage")
    old, new = (_at(side.body, path) for side in pair)
    before, after = quantity(old), quantity(new)
    if before is None or after is None or before == after:
        return
    change = FieldChange(path, old, new)
    if before > after:
        message = "a claim never shrinks, so that the upgrade fails"
        yield Change(
            RULE, Level.MAJOR, pair.old.label, message, change.name, (change,), is_refused=True
        )
    else:
        message = "the claim grows, if its class has allowVolumeExpansion; else the upgrade fails"
        yield Change("claim-grows", Level.MINOR, pair.old.label, message, change.name, (change,))


def _refused(pair: Pair, within: Path, change: FieldChange) -> Change:
    whole = FieldChange((*within, *change.path), change.old, change.new)
    shown = (redacted(pair.old.kind, whole),)
    label = pair.old.label
    return Change(RULE, Level.MAJOR, label, REFUSED, written(whole.path), shown, is_refused=True)


def _at(body: Any, path: Path) -> Any:
    """Return what stands at a path of keys, MISSING where nothing does."""
    for step in path:
        if not isinstance(body, Mapping) or body.get(step) is None:
            return MISSING
        body = body[step]
    return body
