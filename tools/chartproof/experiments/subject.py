"""A chart as an experiment sees it, and how many experiments a lint may make.

The allowance keeps the lint of a large chart short. It is in text to render, not in seconds, so
that a lint finds the same on every machine; what was left out for it is always told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chartproof import yamlio
from chartproof.chart import Chart
from chartproof.findings import Finding, Severity
from chartproof.values import merge
from chartproof.yamlio import Path


@dataclass(frozen=True)
class Subject:
    """A chart whose values are changed: its defaults and where they are written."""

    chart: Chart

    @cached_property
    def text(self) -> str:
        """The text of values.yaml."""
        return self.chart.files.get(f"{self.chart.name}/values.yaml", "")

    @property
    def values(self) -> dict[str, Any]:
        """The chart's own values.yaml, without what subcharts add."""
        return self.chart.own_values

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The parsed values.schema.json, {} where there is none."""
        return self.chart.schema or {}

    @property
    def archive_without_schema(self) -> bytes:
        """The chart with nothing that refuses values but its templates."""
        return self.chart.without_schema.archive

    @cached_property
    def templates(self) -> list[str]:
        """The text of every template, those of subcharts too."""
        return [text for name, text in self.chart.files.items() if "/templates/" in name]

    @cached_property
    def size(self) -> int:
        """How many characters its templates have, which is what a render takes its time for."""
        return sum(map(len, self.templates))

    @cached_property
    def subcharts(self) -> dict[str, str]:
        """The names of subcharts, by the keys under which values.yaml has their values."""
        dependencies = self.chart.metadata.get("dependencies") or []
        return {one.get("alias") or one["name"]: one["name"] for one in dependencies}

    @cached_property
    def steering(self) -> set[str]:
        """The keys of values.yaml that reach subcharts, or decide which of them there are."""
        dependencies = self.chart.metadata.get("dependencies") or []
        conditions = ",".join(one.get("condition") or "" for one in dependencies).split(",")
        of_conditions = {condition.strip().partition(".")[0] for condition in conditions}
        there = {*self.subcharts, *self.chart.dependencies}
        return {*there, *of_conditions, "global", "tags"} if there else set()

    def templates_of(self, key: str) -> list[str]:
        """Return the text of every template of the subchart with its values under `key`."""
        folder = f"{self.chart.name}/charts/{self.subcharts[key]}/"
        files = self.chart.files.items()
        return [text for name, text in files if name.startswith(folder) and "/templates/" in name]

    def finding(
        self, path: Path, message: str, severity: Severity, hint: str | None = None
    ) -> Finding:
        """Find fault with a value, where values.yaml gives it."""
        return Finding(
            message,
            severity,
            field=dotted(path),
            template=str(self.chart.path / "values.yaml"),
            line=yamlio.line_of(self.text, path),
            hint=hint,
        )


class Allowance:
    """How much a rule may still render: `size` is the text of templates, 20 MB take two seconds."""

    def __init__(self, size: float) -> None:
        self._left = size

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be rendered."""
        return self._left <= 0

    def may_render(self, size: int) -> bool:
        """Tell whether so much may be rendered, and count it."""
        is_enough = size <= self._left
        self._left = self._left - size if is_enough else 0
        return is_enough

    def shares(self, count: int) -> list[Allowance]:
        """Split what is left in equal parts: what is found is to be the same in any order."""
        return [Allowance(self._left / count) for _ in range(count)]


def reservation(tried: int, left_out: int) -> Iterator[Finding]:
    """Say how much was left out, if anything was."""
    if left_out:
        yield Finding(
            f"tried {tried} changes of values, and left out {left_out} "
            "for the time they take: --deep tries all",
            Severity.NOTE,
        )


def paths(values: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give path and value of everything in nested maps, the maps before what is in them."""
    for key, value in values.items():
        yield (*above, key), value
        if isinstance(value, Mapping):
            yield from paths(value, (*above, key))


def with_value(values: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return `values` with another one at `path`."""
    for step in reversed(path):
        value = {step: value}
    return merge(values, value)


def dotted(path: Path) -> str:
    """Write a path as `--set` takes it."""
    return ".".join(str(step).replace(".", "\\.") for step in path)
