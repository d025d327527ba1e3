"""Findings as text: one line that names place and fault, details indented below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from chartproof.findings import Finding, Severity
from chartproof.waivers import Waived

_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def print_report(
    findings: Sequence[Finding],
    cases: Sequence[str],
    waived: Sequence[Waived] = (),
    console: Console | None = None,
) -> None:
    """Print findings and a summary of `cases`, the names of all that were tried.

    Of what is waived the summary tells no more than how much it is.
    Colours are for terminals alone; lines are never wrapped, so that they can be searched.
    """
    console = console or Console(soft_wrap=True)
    for finding in findings:
        console.print(_headline(finding), highlight=False)
        for detail in _details(finding, len(cases)):
            console.print(Text(f"    {detail}", style="dim"), highlight=False)
    console.print(Text(_summary(findings, cases, len(waived))), highlight=False)


def _headline(finding: Finding) -> Text:
    line = f":{finding.line}" if finding.line else ""
    place = f"{finding.template}{line}: " if finding.template else ""
    severity = (str(finding.severity), _STYLE[finding.severity])
    return Text.assemble((place, "bold"), severity, f": {finding.message}")


def _details(finding: Finding, tried: int) -> Iterator[str]:
    if finding.object:
        yield f"{finding.object} {finding.field}"
    if finding.hint:
        yield f"did you mean {finding.hint}?"
    shown = f", in {', '.join(finding.cases)}" if 0 < len(finding.cases) < tried else ""
    yield f"[{finding.rule}]{shown}"


def _summary(findings: Sequence[Finding], cases: Sequence[str], waived: int) -> str:
    counts = Counter(finding.severity for finding in findings)
    found = ", ".join(_counted(counts[severity], severity) for severity in Severity)
    set_aside = f", {waived} waived" if waived else ""
    return f"{found}{set_aside} in {_counted(len(cases), 'case')}: {', '.join(cases)}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
