"""The cases that both charts are rendered with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.errors import InputError, nearest

DEFAULTS = "defaults"


@dataclass(frozen=True)
class Wanted:
    """What to render with: cases by name, or else all; and values of the asker's own.

    With values and without names, nothing else is rendered.
    """

    names: Sequence[str] = ()
    files: Sequence[Path] = ()
    sets: Sequence[str] = ()


def cases_of_both(old: Chart, new: Chart, wanted: Wanted) -> list[Case]:
    """Return the defaults, and the cases of both charts; those that have to fail are left out.

    A case that the charts have with different values comes twice: what was running, and as the new
    chart has it. Raises InputError for a name that neither has.
    """
    ours, theirs = ({case.name: case for case in chart.cases()} for chart in (old, new))
    if wanted.names:
        known = {**ours, **theirs, DEFAULTS: Case(DEFAULTS)}
        for name in wanted.names:
            if name not in known:
                raise InputError(_unknown(name, known))
        chosen = list(wanted.names)
    elif wanted.files or wanted.sets:
        return [Case("given values").with_values(wanted.files, wanted.sets)]
    else:
        chosen = list(dict.fromkeys((DEFAULTS, *ours, *theirs)))
    cases = [case for name in chosen for case in _named(name, ours, theirs)]
    return [case.with_values(wanted.files, wanted.sets) for case in cases]


def _named(name: str, ours: dict[str, Case], theirs: dict[str, Case]) -> Iterator[Case]:
    if name == DEFAULTS and name not in {**ours, **theirs}:
        yield Case(DEFAULTS)
    old, new = ours.get(name), theirs.get(name)
    if new and new.expected_failure is None:
        masks = (*new.masks, *(old.masks if old else ()))
        yield replace(new, masks=masks)
    if old and old.expected_failure is None and not (new and _is_same(old, new)):
        yield replace(old, name=f"{name} as it was" if new else name)


def _is_same(old: Case, new: Case) -> bool:
    return old.values == new.values and old.options == new.options


def _unknown(name: str, known: dict[str, Case]) -> str:
    near = nearest(name, known)
    hint = f", did you mean {near}?" if near else f": {', '.join(sorted(known))}"
    return f"--case: neither chart has a case {name!r}{hint}"
