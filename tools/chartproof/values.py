"""Values as Helm merges them: files in order, then `--set` expressions in order.

One difference is the SDK's: numbers reach templates as floats from `--set` too, as they do from
files, so `--set n=1000000` prints as 1e+06 unless the template says `| int`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chartproof import engine, yamlio
from chartproof.errors import InputError

_ASSIGNMENT = re.compile(
    r"(?P<path>(?:\\.|[^\\=])*)=(?P<value>\{(?:\\.|[^\\}])*\}|(?:\\.|[^\\,])*),?", re.DOTALL
)
_STEP = re.compile(r"\[(?P<index>\d+)\]|\.?(?P<key>(?:\\.|[^\\.\[])+)", re.DOTALL)


def load_values(
    files: Sequence[Path] = (), sets: Sequence[str] = (), inline: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Merge values files, `inline` values and `--set` expressions; what comes later wins.

    Raises InputError.
    """
    values: dict[str, Any] = {}
    for file in files:
        values = merge(values, read(file))
    values = merge(values, inline or {})
    for expression in sets:
        values = set_values(values, expression)
    return values


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `above` over `below`: maps merge, all else replaces; a null stays, Helm deletes by it."""
    merged = dict(below)
    for key, value in above.items():
        both_maps = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if both_maps else value
    return merged


def read(file: Path) -> dict[str, Any]:
    """Read a values file. Raises InputError with file:line:column."""
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError(f"{file}: {reason}") from error
    try:
        return engine.parse_values(text)
    except engine.ValuesRefusedError as error:
        fault = yamlio.fault(text)
        raise InputError(fault.told(file, text) if fault else f"{file}: {error}") from error


def set_values(values: Mapping[str, Any], expression: str) -> dict[str, Any]:
    """Apply a `--set` expression: `a.b=1,list[0].name=x,other={p,q}`. Raises InputError.

    Helm's parser judges the grammar and types each value; only laying it over what the files
    say happens here, as the SDK's parser knows no list but the one it is making.
    """
    try:
        engine.parse_set(expression)
        for assignment in _ASSIGNMENT.finditer(expression):
            value = engine.parse_set(f"value={assignment['value']}")["value"]
            values = _assigned(values, _steps(assignment["path"]), value)
    except (engine.EngineError, TypeError) as error:
        raise InputError(f"--set {expression}: {error}") from error
    return dict(values)


def _steps(path: str) -> list[str | int]:
    """Split `a.b\\.c[0]` into its keys and indices."""
    return [
        int(step["index"]) if step["index"] else re.sub(r"\\(.)", r"\1", step["key"])
        for step in _STEP.finditer(path)
    ]


def _assigned(below: Any, steps: Sequence[str | int], value: Any) -> Any:
    """Return `below` with `value` at the end of `steps`; raises TypeError where it cannot be."""
    if not steps:
        return value
    step, *rest = steps
    if isinstance(step, int):
        if not isinstance(below, list | None):
            raise TypeError(f"[{step}] of what is no list but {below!r}")
        items = list(below or [])
        items += [None] * (step + 1 - len(items))
        items[step] = _assigned(items[step], rest, value)
        return items
    if not isinstance(below, Mapping | None):
        raise TypeError(f"{step!r} in what is no map but {below!r}")
    fields = dict(below or {})
    fields[step] = _assigned(fields.get(step), rest, value)
    return fields
