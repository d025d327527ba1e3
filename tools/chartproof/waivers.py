"""Findings that the owner of a chart accepts, each with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from chartproof.errors import InputError, nearest
from chartproof.findings import Finding, Severity

UNUSED = "waiver-is-used"
"""The id of what is found wrong with waivers."""

_PATTERNS = ("object", "field", "case")


@dataclass(frozen=True)
class Waiver:
    """A pattern for findings of one rule; `line` is where chartproof.yaml gives it.

    In `object`, which is `Kind/name`, in `field` and in `case`, `*` stands for any text and `?`
    for any character.
    """

    rule: str
    reason: str
    object: str = "*"
    field: str = "*"
    case: str = "*"
    line: int = 0

    def cases_of(self, finding: Finding) -> tuple[str, ...]:
        """Give those of a finding's cases that the waiver is about."""
        is_meant = (
            self.rule == finding.rule
            and _fits(finding.object, self.object)
            and _fits(finding.field, self.field)
        )
        return tuple(it for it in finding.cases if _fits(it, self.case)) if is_meant else ()

    def __str__(self) -> str:
        given = {name: getattr(self, name) for name in _PATTERNS}
        return ", ".join(f"{name} {pattern}" for name, pattern in given.items() if pattern != "*")


class Waived(NamedTuple):
    """A finding, with no more than the cases that are waived, and why."""

    finding: Finding
    reason: str


class Judged(NamedTuple):
    """What stays of findings, what is waived of them, and the waivers that were about none."""

    kept: list[Finding]
    waived: list[Waived]
    unused: list[Waiver]


def apply(findings: Sequence[Finding], waivers: Sequence[Waiver]) -> Judged:
    """Set aside what is waived; a finding that is waived for some cases stays for the others."""
    kept, waived = [], []
    used: set[Waiver] = set()
    for finding in findings:
        left = finding.cases
        for waiver in waivers:
            covered = waiver.cases_of(finding)
            if covered:
                used.add(waiver)
            if taken := tuple(case for case in left if case in covered):
                waived.append(Waived(replace(finding, cases=taken), waiver.reason))
                left = tuple(case for case in left if case not in taken)
        if left or not finding.cases:
            kept.append(replace(finding, cases=left))
    return Judged(kept, waived, [waiver for waiver in waivers if waiver not in used])


def check_rules(waivers: Sequence[Waiver], known: Collection[str], file: Path) -> None:
    """Raise InputError for a waiver in `file` of a rule that is not known."""
    for waiver in waivers:
        if waiver.rule not in known:
            near = nearest(waiver.rule, known)
            hint = f"did you mean {near}?" if near else "chartproof lint names it in [brackets]"
            raise InputError(f"{file}:{waiver.line}: no rule {waiver.rule!r}, {hint}")


def stale(unused: Sequence[Waiver], findings: Sequence[Finding], file: Path) -> Iterator[Finding]:
    """Find fault with waivers in `file` that no finding needs, and say what may have been meant.

    A finding without a place is a rule's reservation about what it did not try: that may be what
    the waiver is about.
    """
    for waiver in unused:
        there = [finding for finding in findings if finding.rule == waiver.rule]
        if not all(finding.template for finding in there):
            continue  # the rule itself says that it has left something out
        limits = f" with {waiver}" if there else " any more"
        yield Finding(
            f"the waiver has no use: {waiver.rule} finds nothing{limits}",
            Severity.WARNING,
            rule=UNUSED,
            template=str(file),
            line=waiver.line,
            hint=_meant(waiver, there),
        )


def _meant(waiver: Waiver, findings: Sequence[Finding]) -> str | None:
    """Give the nearest name in place of the first pattern that fits no finding of the rule."""
    for name in _PATTERNS:
        pattern = getattr(waiver, name)
        known = [text for finding in findings for text in _texts(finding, name)]
        if not any(_fits(text, pattern) for text in known):
            return nearest(pattern, known)
    return None


def _texts(finding: Finding, name: str) -> Sequence[str]:
    return finding.cases if name == "case" else (getattr(finding, name),)


def _fits(text: str, pattern: str) -> bool:
    """Match a pattern, in which brackets stand for themselves, as they do in fields."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))
