"""The sets of values a chart is tried with: every ci/<name>-values.yaml is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from chartproof.options import RenderOptions
from chartproof.values import load_values

_SUFFIX = "-values.yaml"


@dataclass(frozen=True)
class Case:
    """A name for values, files first and `--set` over them, and for how to render them."""

    name: str
    files: tuple[Path, ...] = ()
    sets: tuple[str, ...] = ()
    options: RenderOptions = field(default_factory=RenderOptions)

    @cached_property
    def values(self) -> dict[str, Any]:
        """Its values, merged. Raises InputError."""
        return load_values(self.files, self.sets)


def cases_of(folder: Path) -> list[Case]:
    """Find the cases of the chart in `folder`, by name."""
    return [
        Case(file.name.removesuffix(_SUFFIX), (file,))
        for file in sorted(folder.glob(f"ci/*{_SUFFIX}"))
    ]
