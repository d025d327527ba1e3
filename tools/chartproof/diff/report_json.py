"""A verdict as JSON."""

from __future__ import annotations

import json
from typing import Any

from chartproof.chart import Chart
from chartproof.diff.change import Change
from chartproof.diff.fields import MISSING, FieldChange
from chartproof.diff.judge import Verdict


def json_of(verdict: Verdict) -> str:
    """Write a verdict; what one side lacks is missing from a difference."""
    report = {
        "old": _chart(verdict.old),
        "new": _chart(verdict.new),
        "level": str(verdict.level),
        "isRefused": verdict.is_refused,
        "neededVersion": None if verdict.needed is None else str(verdict.needed),
        "isToldByVersion": verdict.is_told_by_version,
        "cases": list(verdict.cases),
        "leftOut": [{"case": left.case, "reason": left.reason} for left in verdict.left],
        "changes": [_change(change) for change in verdict.changes],
    }
    return json.dumps(report, indent=2, ensure_ascii=False)


def _chart(chart: Chart) -> dict[str, Any]:
    app = chart.metadata.get("appVersion")
    return {"name": chart.name, "version": chart.version, "appVersion": app}


def _change(change: Change) -> dict[str, Any]:
    return {
        "rule": change.rule,
        "level": str(change.level),
        "subject": change.subject,
        "field": change.field,
        "message": change.message,
        "isRefused": change.is_refused,
        "cases": list(change.cases),
        "differences": [_field(field) for field in change.fields],
        "notes": list(change.notes),
    }


def _field(field: FieldChange) -> dict[str, Any]:
    sides = {"old": field.old, "new": field.new}
    return {"path": field.name, **{key: it for key, it in sides.items() if it is not MISSING}}
