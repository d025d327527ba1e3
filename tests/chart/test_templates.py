"""How the templates are written: short, a kind a file, and what all objects share in one place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.render import render as render_chart
from chartproof.snapshot.repeatable import twin
from chartproof.values import load_values
from tests.support.charts import rendering_cases

Render = Callable[..., Release]

CHART = Path(__file__).parents[2] / "chart"
TEMPLATES = {str(path.relative_to(CHART)): path for path in CHART.glob("templates/**/*.*")}
LONGEST = 150
HOMES = {
    r"app\.kubernetes\.io/(name|instance|part-of|version|managed-by)\b": "_labels.tpl",
    r"helm\.sh/chart": "_labels.tpl",
    r"image\.(registry|digest)": "_image.tpl",
    r"serviceAccountName:|nodeSelector:|tolerations:|enableServiceLinks:": "_pod.tpl",
    r"\.Values\.(nameOverride|fullnameOverride)": "_names.tpl",
}
"""What stands in one template alone, by how it is written there."""
READERS = ("_validate", "_faults", "NOTES.txt", "_warnings.tpl")
"""Templates that look at values to say something about them."""


@pytest.mark.parametrize("path", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_a_template_is_read_at_a_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


@pytest.mark.parametrize(("written", "home"), HOMES.items())
def test_what_all_objects_share_is_written_once(written: str, home: str) -> None:
    found = {
        path.name
        for path in TEMPLATES.values()
        if not path.name.startswith(READERS) and re.search(written, path.read_text())
    }
    assert found == {home}


@pytest.fixture(scope="module")
def kinds(chart: Chart) -> dict[str, set[str]]:
    """Give the kinds of what each template makes, over all cases."""
    found: dict[str, set[str]] = defaultdict(set)
    for case in rendering_cases(CHART):
        for manifest in render_chart(chart, case.values).manifests:
            found[manifest.template].add(manifest.kind)
    return found


def test_a_file_makes_objects_of_one_kind(kinds: dict[str, set[str]]) -> None:
    assert {file for file, made in kinds.items() if len(made) > 1} == set()
    assert len(kinds) > 25


def test_producer_and_consumer_differ_by_data_and_not_by_template(render: Render) -> None:
    of_workers = [path for name, path in TEMPLATES.items() if "/workers/" in name]
    assert of_workers
    for path in of_workers:
        told = re.sub(r"^ *#.*$", "", path.read_text(), flags=re.MULTILINE)
        assert not re.search("producer|consumer", told), path.name
    release = render(load_values(sets=["broker.auth.workerPassword=p"]))
    for kind in ("Deployment", "Secret", "ServiceAccount"):
        bodies = [release.get(kind, role).body for role in ("producer", "consumer")]
        assert shape(bodies[0]) == shape(bodies[1])


def shape(body: Any) -> Any:
    """Return which fields an object has, without what is in them."""
    if isinstance(body, dict):
        return {key: shape(value) for key, value in body.items()}
    return [shape(each) for each in body] if isinstance(body, list) else type(body)


def test_what_is_rendered_once_is_rendered_again(chart: Chart) -> None:
    """A case without masks leaves nothing to chance: chartproof need not look at it twice."""
    steady = twin(chart)
    assert steady is not None
    for case in rendering_cases(CHART):
        assert case.masks or str(render_chart(steady, case.values, case.options))
