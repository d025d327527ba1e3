"""A value of a chart, as tables show it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chartproof.yamlio import Path

_TYPES: dict[type, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "string",
    list: "list",
    dict: "object",
}


@dataclass(frozen=True)
class Value:
    """A value of values.yaml that has a row of its own.

    `type` is one of helm-docs' names for types, or what the comment says; `shown_default` is
    Markdown that stands in place of `default`. A value that `is_given` is in values.yaml, others
    are only told of there. `line` counts from 1.
    """

    path: Path
    line: int
    default: Any = None
    description: str = ""
    type: str = ""
    shown_default: str | None = None
    section: str = ""
    is_given: bool = True

    @property
    def name(self) -> str:
        """Its path as helm-docs writes it."""
        return written(self.path)

    @property
    def anchor(self) -> str:
        """The id that a link to its row names."""
        words = ".".join(["values", *map(str, self.path)])
        return "".join(it if it.isalnum() or it in "-_." else "-" for it in words)


def written(path: Path) -> str:
    """Write a path as helm-docs does: `a.list[0]."key.with.dots"`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f'."{step}"' if "." in step or " " in step else f".{step}"
    return text.removeprefix(".")


def plain(path: Path) -> str:
    """Write a path without quotes, as Bitnami's readme-generator does."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def type_of(value: Any) -> str:
    """Name the type of a value, "" for null."""
    return _TYPES.get(type(value), "")


def as_json(value: Any) -> str:
    """Write a value on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
