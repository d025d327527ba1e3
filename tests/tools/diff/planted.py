"""Upgrades with one thing planted in each: both charts, the step, and what is said, in one file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich.console import Console

from chartproof.diff import Verdict, judge
from chartproof.diff.report_text import print_verdict
from tests.support.inline import write_chart

UPGRADES = Path(__file__).parent / "upgrades"
CHART_YAML = "apiVersion: v2\nname: shop\nversion: {version}\n"


@dataclass(frozen=True)
class Planted:
    """An upgrade of the chart `shop` 1.0.0; the new one has the old one's files but for its own.

    `without` in the file names those that it does not have.
    """

    name: str
    old: Mapping[str, str]
    new: Mapping[str, str]
    level: str
    says: str

    def judged(self, folder: Path) -> Verdict:
        """Write both charts into a folder, and judge."""
        old, new = folder / "old", folder / "new"
        return judge(write_chart(old, self.old), write_chart(new, self.new))


def planted(name: str) -> Planted:
    """Read an upgrade."""
    read = yaml.safe_load((UPGRADES / f"{name}.yaml").read_text("utf-8"))
    old = {"Chart.yaml": CHART_YAML.format(version="1.0.0"), **read["old"]}
    version = CHART_YAML.format(version=read.get("version", "1.0.1"))
    new = {**old, "Chart.yaml": version, **read["new"]}
    kept = {file: text for file, text in new.items() if file not in read.get("without", ())}
    return Planted(name, old, kept, read.get("level", ""), read.get("says", ""))


def names() -> list[str]:
    """Name all upgrades."""
    return sorted(file.stem for file in UPGRADES.glob("*.yaml"))


def text_of(verdict: Verdict) -> str:
    """Write a verdict as it is printed where there is no terminal."""
    written = io.StringIO()
    print_verdict(verdict, Console(file=written, soft_wrap=True))
    return written.getvalue()
