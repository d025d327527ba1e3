"""One thing that an upgrade does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chartproof.diff.fields import FieldChange, is_digest
from chartproof.diff.level import Level


@dataclass(frozen=True)
class Change:
    """What changes, how large a step that is, and in which cases.

    `subject` is an object as `Kind/name`, `values` or `Chart.yaml`; `field` is the way to what
    changes in it. `fields` are the differences behind it, with nothing secret in them, `notes`
    further lines for a reader. An upgrade that `is_refused` fails in the cluster.
    """

    rule: str
    level: Level
    subject: str
    message: str
    field: str = ""
    fields: tuple[FieldChange, ...] = ()
    notes: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    is_refused: bool = False


def gathered(by_case: Iterable[tuple[str, Iterable[Change]]]) -> list[Change]:
    """Make one change of those that several cases have alike, differences and all.

    What belongs to no case comes under the name "".
    """
    first: dict[tuple[str, ...], Change] = {}
    cases: dict[tuple[str, ...], list[str]] = {}
    for case, changes in by_case:
        for change in changes:
            key = _key(change)
            first.setdefault(key, change)
            seen = cases.setdefault(key, [])
            if case and case not in seen:
                seen.append(case)
    return ordered([replace(change, cases=tuple(cases[key])) for key, change in first.items()])


def _key(change: Change) -> tuple[str, ...]:
    # A checksum is another one in every case, and tells no more by that.
    differences = (
        f"{it.name} {it.old!r} {it.new!r}" for it in change.fields if not is_digest(it.new)
    )
    return change.rule, change.subject, change.field, change.message, *differences


def ordered(changes: Sequence[Change]) -> list[Change]:
    """Order changes: what fails, then the largest steps, then by what they are about."""
    return sorted(
        changes,
        key=lambda it: (not it.is_refused, -it.level, it.rule, it.subject, it.field, it.message),
    )
