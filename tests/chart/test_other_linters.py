"""What other linters say of every case: nothing, or what tests/chart/waived-checks.yaml waives."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartproof.chart import Chart
from chartproof.render import render
from chartproof.values import merge
from chartproof.walk import dig
from tests.support.charts import rendering_cases
from tests.support.tools import HELM3, HELM4, KUBE_SCORE
from tests.support.words import Words

CHART = Path(__file__).parents[2] / "chart"
CASES = {case.name: case for case in rendering_cases(CHART)}
WAIVERS = yaml.safe_load(Path(__file__).with_name("waived-checks.yaml").read_text())
NEWEST = "v1.37"
PERFECT = 10
COMPONENT = "app.kubernetes.io/component"

each_case = pytest.mark.parametrize("case", CASES)


@dataclass(frozen=True)
class Remark:
    """Something that kube-score would have otherwise; `about` is a container or a component."""

    check: str
    says: str
    about: str
    object_name: str


@cache
def chart() -> Chart:
    """Return the chart."""
    return Chart.load(CHART)


@cache
def values_of(case: str) -> dict[str, Any]:
    """Return the values that a case renders with."""
    return merge(chart().values, CASES[case].values)


@cache
def remarks(case: str) -> Sequence[Remark]:
    """Return what kube-score's default checks find in a case."""
    command: Words = [KUBE_SCORE.path(), "score", "-", "--output-format=json"]
    done = subprocess.run(
        [*command, f"--kubernetes-version={NEWEST}"],
        input=str(render(chart(), CASES[case].values)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return [
        Remark(
            check["check"]["id"],
            comment.get("summary", ""),
            comment.get("path") or scored["object_meta"]["labels"][COMPONENT],
            scored["object_meta"]["name"],
        )
        for scored in json.loads(done.stdout)
        for check in scored["checks"]
        if not check["skipped"] and check["grade"] < PERFECT
        for comment in check["comments"] or [{}]
    ]


def waives(waiver: dict[str, Any], case: str, remark: Remark) -> bool:
    """Tell whether a waiver is for a remark about a case."""
    says = waiver["says"] if isinstance(waiver["says"], list) else [waiver["says"]]
    switch = waiver.get("unless", "").split(".")
    is_off = not dig(values_of(case), *switch)
    return (
        is_off
        and waiver["check"] == remark.check
        and remark.says in says
        and remark.about in waiver.get("about", [remark.about])
    )


@each_case
@pytest.mark.needs("go")
def test_kube_score_finds_only_what_is_waived(case: str) -> None:
    left = [
        remark
        for remark in remarks(case)
        if not any(waives(waiver, case, remark) for waiver in WAIVERS)
    ]
    assert left == []


@pytest.mark.needs("go")
@pytest.mark.parametrize("waiver", WAIVERS, ids=lambda waiver: str(waiver["check"]))
def test_every_waiver_has_a_reason_and_is_needed(waiver: dict[str, Any]) -> None:
    assert waiver["reason"]
    assert any(waives(waiver, case, remark) for case in CASES for remark in remarks(case))


@each_case
@pytest.mark.parametrize(
    "helm",
    [
        pytest.param(HELM3, marks=pytest.mark.needs("helm3"), id="helm3"),
        pytest.param(HELM4, marks=pytest.mark.needs("helm4"), id="helm4"),
    ],
)
def test_helms_strict_lint_says_nothing(case: str, helm: Any, tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text(yaml.safe_dump(CASES[case].values))
    # Built from their modules the two take themselves to be made for an older Kubernetes.
    command: Words = [helm.path(), "lint", CHART, "--strict", "-f", values]
    command += [f"--kube-version={NEWEST}.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not [line for line in said.splitlines() if line.startswith(("[WARNING]", "[ERROR]"))]
