"""Faults of wiring, planted one at a time into sound charts, are found where they are."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from chartproof import yamlio
from chartproof.chart import Chart
from chartproof.findings import Finding, Severity
from chartproof.options import RenderOptions
from chartproof.render import render
from chartproof.rules import RULES

HERE = Path(__file__).parent
OPTIONS = RenderOptions(release="prod", namespace="sales")
CHARTS = ("shop", "clinic")
FAULTS: list[tuple[str, Mapping[str, str]]] = [
    (chart, fault)
    for chart in CHARTS
    for fault in yamlio.load((HERE / f"{chart}.yaml").read_text())
]


def faults(rule: str, folder: Path) -> list[Finding]:
    """Return what a rule finds wrong with a rendered chart, notes aside."""
    release = render(Chart.load(folder), options=OPTIONS)
    return [one for one in RULES[rule].findings(release) if one.severity is not Severity.NOTE]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("chart", CHARTS)
def test_the_chart_is_sound_before_anything_is_planted(chart: str, rule: str) -> None:
    assert faults(rule, HERE / chart) == []


@pytest.mark.parametrize(
    ("chart", "fault"), FAULTS, ids=lambda it: it if isinstance(it, str) else it["rule"]
)
def test_a_planted_fault_is_found(chart: str, fault: Mapping[str, str], tmp_path: Path) -> None:
    folder = shutil.copytree(HERE / chart, tmp_path / chart)
    file = folder / "templates" / fault["file"]
    text = file.read_text()
    assert text.count(fault["was"]) == 1
    file.write_text(text.replace(fault["was"], fault["is"]))
    assert fault["object"] in {finding.object for finding in faults(fault["rule"], folder)}
