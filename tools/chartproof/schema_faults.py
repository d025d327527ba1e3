"""Helm's report of values that break a schema, told by value path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chartproof.chart import Chart
from chartproof.errors import nearest
from chartproof.values_schema import known_keys

_CHART = re.compile(r"^(?P<chart>[\w.-]+):$")
_FAULT = re.compile(r"^(?P<indent> *)- at '(?P<pointer>[^']*)': (?P<problem>.*)$")
_UNKNOWN = re.compile(r"additional properties (.*) not allowed")
_MISSING = re.compile(r"missing propert(?:y|ies) (.*)")
_QUOTED = re.compile(r"'([^']*)'")
_LISTED = 8


@dataclass
class _Fault:
    """A line of the report; one with `causes` says only that they are there."""

    chart: str
    pointer: tuple[str, ...]
    problem: str
    causes: list[_Fault] = field(default_factory=list)


def explain(report: str, chart: Chart) -> str:
    """Turn Helm's report into a line a fault: `values at broker.replicas: got string, ...`."""
    if "is not valid against metaschema" in report:
        return f"{chart.path / 'values.schema.json'}: is no JSON schema\n{report.strip()}"
    lines = sorted(line for fault in _parse(report) for line in _lines(fault, chart))
    return "\n".join(lines) or f"{chart.path}: {report.strip()}"


def _parse(report: str) -> list[_Fault]:
    """Read the indented report as trees."""
    chart, roots = "", list[_Fault]()
    open_faults: list[tuple[int, _Fault]] = []
    for line in report.splitlines():
        if header := _CHART.match(line):
            chart = header["chart"]
        elif match := _FAULT.match(line):
            depth = len(match["indent"])
            fault = _Fault(chart, tuple(match["pointer"].split("/")[1:]), match["problem"])
            while open_faults and open_faults[-1][0] >= depth:
                open_faults.pop()
            siblings = open_faults[-1][1].causes if open_faults else roots
            siblings.append(fault)
            open_faults.append((depth, fault))
    return roots


def _lines(fault: _Fault, chart: Chart) -> Iterator[str]:
    """Tell one fault, or what it consists of."""
    alternatives = fault.problem.startswith(("'anyOf'", "'oneOf'"))
    if alternatives and fault.causes:
        problems = dict.fromkeys(cause.problem for cause in fault.causes)
        yield f"{_place(fault, chart)}: {' or '.join(problems)}"
    elif fault.causes:
        for cause in fault.causes:
            yield from _lines(cause, chart)
    elif unknown := _UNKNOWN.fullmatch(fault.problem):
        known = known_keys(chart.schema_of(fault.chart) or {}, fault.pointer)
        for key in _QUOTED.findall(unknown[1]):
            yield f"{_place(fault, chart, key)}: unknown key{_hint(key, known)}"
    elif missing := _MISSING.fullmatch(fault.problem):
        for key in _QUOTED.findall(missing[1]):
            yield f"{_place(fault, chart, key)}: required, but not given"
    else:
        yield f"{_place(fault, chart)}: {fault.problem}"


def _place(fault: _Fault, chart: Chart, *keys: str) -> str:
    """Write where a fault is, as `--set` would name it."""
    prefix = () if fault.chart in ("", chart.name) else (fault.chart,)
    path = ""
    for part in (*prefix, *fault.pointer, *keys):
        step = part.replace("~1", "/").replace("~0", "~")
        path += f"[{step}]" if step.isdigit() else f".{step}"
    return f"values at {path.removeprefix('.')}" if path else "values"


def _hint(key: str, known: list[str]) -> str:
    if near := nearest(key, known):
        return f", did you mean {near}?"
    return f", known here: {', '.join(known)}" if 0 < len(known) <= _LISTED else ""
