"""Lint, or what lint has come to when all was the same.

Findings are remembered under the digest of all that they depend on: every file of the chart, the
cases with their values and options, where the chart is, the libraries, and chartproof's own code.
A chart whose templates make up what is random, or take the time, is linted with texts that are the
same each time in their place, as far as `made_up` has any for it; where it has not, the chart can
have other findings each time, and they are not remembered, nor is what ends in an error.
"""

from __future__ import annotations

import json
import locale
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chartproof.cases import Case
from chartproof.cluster.cache import cache_dir
from chartproof.digest import digest, of_case, of_chart, of_program
from chartproof.findings import Finding, Severity
from chartproof.memory import Memory
from chartproof.waivers import Waived

if TYPE_CHECKING:
    from chartproof.chart import Chart

_LIBRARIES = (
    *("helm-python-sdk", "pyyaml", "kubernetes-validate", "jsonschema", "referencing"),
    *("jsonschema-specifications", "rpds-py", "attrs", "jsonschema-rs"),
)
_READ_BY_NOBODY = frozenset({".git"})


def memory() -> Memory | None:
    """Give what the user's runs share, None where there can be no such folder."""
    with suppress(OSError, RuntimeError):
        return Memory(cache_dir() / "lint")
    return None


class Report(NamedTuple):
    """What lint reports: findings, and those that are waived."""

    kept: list[Finding]
    waived: list[Waived]


class Lint(NamedTuple):
    """A chart, by its path, and what to lint it with, as `lint.judge` has it."""

    path: Path
    cases: Sequence[Case]
    is_deep: bool
    is_whole: bool

    def report(self, load: Callable[[], Chart], memory: Memory | None) -> Report:
        """Return what is remembered, or lint the chart that `load` gives. Raises InputError."""
        key = self._key() if memory else None
        if memory and key and (content := memory.recall(key)):
            return _read(content)
        from chartproof.made_up import settled

        chart = load()
        with settled(chart) as steady:
            report = self._judged(steady or chart)
        is_sure = steady is not None and _is_steady(steady, self.cases, report)
        # A file that was changed in the meantime may have been linted as it is now.
        if memory and key and is_sure and key == self._key():
            memory.keep(key, _written(report))
        return report

    def _judged(self, chart: Chart) -> Report:
        from chartproof.lint import judge

        judged = judge(chart, self.cases, deep=self.is_deep, is_whole=self.is_whole)
        return Report(judged.kept, judged.waived)

    def _key(self) -> str | None:
        """Digest everything that decides what is found; None where it cannot be read twice."""
        if not all(file.is_file() for case in self.cases for file in case.files):
            return None  # from a pipe the values come once, and are for lint
        place = self.path, self.path.resolve(), Path.cwd(), locale.getencoding(), time.tzname
        how = repr((*place, self.is_deep, self.is_whole, *map(of_case, self.cases)))
        with suppress(OSError):
            chart = of_chart(self.path, _READ_BY_NOBODY)
            return digest(of_program(_LIBRARIES), chart, how.encode())
        return None


def _is_steady(chart: Chart, cases: Sequence[Case], report: Report) -> bool:
    """Tell whether another lint is sure to render and to find the same."""
    from chartproof.snapshot.repeatable import are_steady, holds_address, makes_templates

    if holds_address(_written(report).decode()):
        return False
    return not makes_templates(chart) or all(are_steady(case.values) for case in cases)


def _written(report: Report) -> bytes:
    kept = [asdict(finding) for finding in report.kept]
    waived = [(asdict(finding), reason) for finding, reason in report.waived]
    return json.dumps([kept, waived]).encode()


def _read(content: bytes) -> Report:
    kept, waived = json.loads(content)
    return Report(
        [_finding(fields) for fields in kept],
        [Waived(_finding(fields), reason) for fields, reason in waived],
    )


def _finding(fields: dict[str, Any]) -> Finding:
    severity, cases = Severity(fields.pop("severity")), tuple(fields.pop("cases"))
    return Finding(**fields, severity=severity, cases=cases)
