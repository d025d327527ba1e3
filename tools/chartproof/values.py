"""Values as Helm merges them: files in order, then --set in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chartproof import engine
from chartproof.errors import InputError


def load_values(files: Sequence[Path] = (), sets: Sequence[str] = ()) -> dict[str, Any]:
    """Merge values files and `--set` expressions; later ones win. Raises InputError."""
    values: dict[str, Any] = {}
    for file in files:
        values = merge(values, read(file))
    for expression in sets:
        values = merge(values, engine.parse_set(expression))
    return values


def read(file: Path) -> dict[str, Any]:
    """Read one values file."""
    try:
        return engine.parse_values(file.read_text())
    except (OSError, engine.EngineError) as error:
        raise InputError(f"{file}: {error}") from error


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `above` over `below`: maps merge, everything else replaces."""
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            value = merge(merged[key], value)
        merged[key] = value
    return merged
