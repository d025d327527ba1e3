"""What the tools say whose comments chartproof reads is what chartproof says."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.documentation.read import read
from chartproof.documentation.value import Value, plain
from tests.benchmarks.documentation import (
    as_helm_docs,
    as_readme_generator,
    by_helm_docs,
    by_readme_generator,
    compared,
)

CHARTS = Path(__file__).parent / "charts"
OURS = Path(__file__).parents[3] / "chart"


def values_of(chart: Path) -> list[Value]:
    """Read the values of a chart."""
    return read((chart / "values.yaml").read_text()).values


@pytest.mark.needs("go")
@pytest.mark.parametrize("chart", [CHARTS / "comments-of-helm-docs", OURS], ids=lambda it: it.name)
def test_helm_docs_says_the_same_of_its_comments(chart: Path, tmp_path: Path) -> None:
    theirs = by_helm_docs(chart, tmp_path)
    ours = {plain(value.path): as_helm_docs(value) for value in values_of(chart)}
    assert len(theirs) > 15
    for name, (*rest, description) in theirs.items():
        if not description and " --" in ours[name][-1]:
            theirs[name] = (*rest, ours[name][-1])  # it takes `# -- a --b` for a's, and loses it
    assert ours == theirs


@pytest.mark.needs("node")
def test_readme_generator_says_the_same_of_its_comments(tmp_path: Path) -> None:
    chart = CHARTS / "comments-of-bitnami"
    theirs = by_readme_generator(chart, tmp_path)
    ours = {plain(value.path): as_readme_generator(value) for value in values_of(chart)}
    assert list(ours) == list(theirs)
    # It shows a text without its quotes.
    assert {name: [part.replace('"', "") for part in row] for name, row in ours.items()} == {
        name: [part.replace('"', "") for part in row] for name, row in theirs.items()
    }


@pytest.mark.needs("go")
def test_the_comparison_counts_a_row_that_differs(tmp_path: Path) -> None:
    (tmp_path / "Chart.yaml").write_text("{apiVersion: v2, name: shop, version: 1.0.0}")
    (tmp_path / "values.yaml").write_text("# -- Pods --more\nreplicas: 1\n# -- Port\nport: 80\n")
    (outcome,) = compared(tmp_path)
    assert (outcome.rows, outcome.same) == (2, 1)
    assert outcome.others["replicas"] == (("", "int", "`1`", ""), ("", "int", "`1`", "Pods --more"))
