"""The guides for people who come from other tools are followed to the letter, on a sample."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.peers import helm_unittest
from tests.pages.guide import follow
from tests.support.tools import HELM4

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "migrating"


def followed(guide: str, sample: Path, path: str = "") -> None:
    """Follow a guide, and hold each command against what the guide shows of it."""
    for outcome in follow((DOCS / guide).read_text(), sample, path):
        assert not outcome.missing, f"$ {outcome.command.words}\n{outcome.printed}"


@pytest.mark.needs("go")
def test_the_guide_from_helm_unittest_leads_where_it_says(tmp_path: Path) -> None:
    sample = shutil.copytree(HERE / "samples" / "unittest", tmp_path / "sample")
    before = subprocess.run(
        [helm_unittest(), "chart"], cwd=sample, capture_output=True, text=True, check=False
    )
    assert "Tests:       8 passed, 8 total" in before.stdout
    followed("from-helm-unittest.md", sample)
    assert not (sample / "chart" / "tests").exists()


@pytest.mark.needs("helm4")
def test_the_guide_from_a_render_chart_leads_where_it_says(tmp_path: Path) -> None:
    sample = shutil.copytree(HERE / "samples" / "subprocess", tmp_path / "sample")
    helm = str(HELM4.path().parent)
    before = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"],
        cwd=sample,
        env={"PATH": helm, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "7 passed" in before.stdout
    followed("from-render-chart.md", sample, helm)
