"""The sets of values a chart is tried with: every ci/<name>-values.yaml is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chartproof.options import RenderOptions
from chartproof.values import load_values

_SUFFIX = "-values.yaml"


@dataclass(frozen=True)
class Case:
    """A named set of values files, and the circumstances to render them in."""

    name: str
    files: Sequence[Path] = ()
    options: RenderOptions = field(default_factory=RenderOptions)

    @property
    def values(self) -> Mapping[str, Any]:
        """The values of its files, merged."""
        return load_values(self.files)


def cases_of(chart: Path) -> list[Case]:
    """Find the cases of the chart folder, by name."""
    return [
        Case(file.name.removesuffix(_SUFFIX), (file,))
        for file in sorted((chart / "ci").glob(f"*{_SUFFIX}"))
    ]
