"""Helm's report of a template that failed, told from the place of the fault."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chartproof.errors import nearest
from chartproof.yamlio import quote

if TYPE_CHECKING:
    from chartproof.chart import Chart

_PLACE = re.compile(r"(?P<file>[^\s:()]+/templates/[^\s:()]+):(?P<line>\d+)(?::(?P<column>\d+))?")
_READ = re.compile(r"at <(?P<expression>[^\n]*?)>:")
_NO_FIELD = re.compile(
    r"(?P<nil>nil pointer evaluating interface \{\}\.|can't evaluate field )(?P<field>\w+)"
)
_VALUE = re.compile(r"\.Values\.([\w.]+)")
_NO_TEMPLATE = re.compile(r'(?:no template|template) "(?P<name>[^"]+)" (?:associated|not defined)')
_PARSE_ERROR, _REFUSAL = "parse error at", "execution error at"
_DEFINE = re.compile(r'\{\{-?\s*define\s+"([^"]+)"')


def missing_template(report: str) -> str | None:
    """Return the name that a template included and nothing defines, if that is the fault."""
    asked = _NO_TEMPLATE.search(report)
    return asked["name"] if asked else None


def is_refusal(report: str) -> bool:
    """Tell whether the chart itself stopped the render, by `fail` or `required`."""
    return report.startswith(_REFUSAL)


def place(report: str, chart: Chart) -> tuple[str, int | None]:
    """Return the template on disk and the line that a report is about; ("", None) for neither."""
    *_, last = [None, *_PLACE.finditer(report)]
    return (str(chart.locate(last["file"])), int(last["line"])) if last else ("", None)


def outermost(report: str) -> str:
    """Return the template that a report is about, as Helm names it, not what it includes; or ""."""
    first = _PLACE.search(report)
    return first["file"] if first else ""


@dataclass(frozen=True)
class _Place:
    file: str
    line: int
    column: int | None


def explain(report: str, chart: Chart) -> str:
    """Lead with template file:line, then the message, the line itself, and the value path."""
    places = [
        _Place(match["file"], int(match["line"]), int(match["column"]) if match["column"] else None)
        for match in _PLACE.finditer(report)
    ]
    if not places:
        return f"{chart.path}: {report.strip()}"
    fault, callers = places[-1], places[-2::-1]
    if report.startswith(_PARSE_ERROR):
        callers = []
    details = [
        quote(chart.files.get(fault.file, ""), fault.line),
        _missing_value(report),
        _missing_template(report, chart),
        *(f"  called from {_show(caller, chart)}" for caller in callers),
    ]
    return "\n".join([f"{_show(fault, chart)}: {message(report)}", *filter(None, details)])


def _show(place: _Place, chart: Chart) -> str:
    column = f":{place.column}" if place.column else ""
    return f"{chart.locate(place.file)}:{place.line}{column}"


def message(report: str) -> str:
    """Return what is wrong, without the places."""
    if report.startswith((_PARSE_ERROR, _REFUSAL)):
        return report.partition("): ")[2].strip()
    if asked := missing_template(report):
        return f"no template {asked!r} is defined"
    *_, last = re.split(r"at <[^\n]*?>:|" + _PLACE.pattern + ":", report)
    return re.sub(r"\s+", " ", last).strip()


def _missing_value(report: str) -> str | None:
    """Name the value that has no fields when one is read from it."""
    fault, reads = _NO_FIELD.search(report), _READ.findall(report)
    value = _VALUE.search(reads[-1]) if reads else None
    if not fault or not value:
        return None
    keys = value[1].split(".")
    if fault["field"] not in keys[1:]:
        return None
    parent = ".".join(keys[: keys.index(fault["field"], 1)])
    state = "not set" if fault["nil"].startswith("nil") else "no map"
    return f"  values at {parent}: {state}, and the template reads {value[1]}"


def _missing_template(report: str, chart: Chart) -> str | None:
    """Name the nearest of the templates that exist for one that does not."""
    asked = missing_template(report)
    if not asked:
        return None
    defined = {name for text in chart.files.values() for name in _DEFINE.findall(text)}
    near = nearest(asked, defined)
    return f"  did you mean {near!r}?" if near else None
