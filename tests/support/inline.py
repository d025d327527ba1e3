"""Charts written in a test, for what is too small for a fixture chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.findings import Finding
from chartproof.options import RenderOptions
from chartproof.render import render
from chartproof.rules import RULES
from chartproof.study import Study

CHART_YAML = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"


def write_chart(folder: Path, files: Mapping[str, str]) -> Chart:
    """Write a chart of these files, and a Chart.yaml where they have none."""
    for name, text in {"Chart.yaml": CHART_YAML, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return Chart.load(folder)


def found_in(
    rule: str, template: str, options: RenderOptions | None = None, *, values: str = ""
) -> list[Finding]:
    """Return what a rule finds in the objects that a template writes, with these values.yaml."""
    with TemporaryDirectory() as folder:
        files = {"templates/all.yaml": template, "values.yaml": values}
        chart = write_chart(Path(folder), files)
        return list(RULES[rule].findings(render(chart, {}, options)))


def found_with(rule: str, chart: Chart, *cases: dict[str, Any]) -> list[Finding]:
    """Return what a rule finds in a chart as a whole, with the defaults or with these values."""
    tried = [Case(f"case-{number}", inline=values) for number, values in enumerate(cases)]
    return list(RULES[rule].findings_of_chart(Study(chart, tried or [Case("defaults")])))


def messages(findings: Sequence[Finding]) -> list[str]:
    """Return what is said."""
    return [finding.message for finding in findings]
