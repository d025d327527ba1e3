"""A fault for each rule and what mends it, short enough to be read, and true: they are tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import ndiff
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chartproof import yamlio
from chartproof.cases import Case
from chartproof.findings import Finding
from chartproof.render import render
from chartproof.rules import RULES
from chartproof.study import Study
from tests.support.inline import write_chart


@dataclass(frozen=True)
class Example:
    """The files of a chart with a fault, and the one change that mends it.

    `mended_with` are values without which the mended chart refuses to render.
    """

    rule: str
    files: Mapping[str, str]
    was: str
    is_: str
    mended_with: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mended(self) -> Mapping[str, str]:
        """The files without the fault."""
        return {name: text.replace(self.was, self.is_) for name, text in self.files.items()}

    def findings(self) -> list[Finding]:
        """Return what the rule finds in the chart with the fault."""
        return _found(self.rule, self.files, {})

    def findings_once_mended(self) -> list[Finding]:
        """Return what it still finds in the mended chart."""
        return _found(self.rule, self.mended, self.mended_with)

    def difference(self) -> Iterator[str]:
        """Give every line of every file, the changed ones marked with - and +."""
        for name, text in self.files.items():
            if len(self.files) > 1:
                yield f"  # {name}"
            lines = ndiff(text.splitlines(), self.mended[name].splitlines())
            yield from (line.rstrip() for line in lines if not line.startswith("?"))


def examples() -> Mapping[str, Example]:
    """Return the example of each rule."""
    data = yamlio.load(Path(__file__).with_suffix(".yaml").read_text())
    return {
        rule: Example(
            rule, given["files"], given["was"], given["is"], given.get("mended_with") or {}
        )
        for rule, given in data.items()
    }


def _found(rule: str, files: Mapping[str, str], values: Mapping[str, Any]) -> list[Finding]:
    with TemporaryDirectory() as folder:
        chart = write_chart(Path(folder), files)
        case = Case("defaults", inline=values)
        of_release = RULES[rule].findings(render(chart, case.values))
        return [*of_release, *RULES[rule].findings_of_chart(Study(chart, [case]))]
