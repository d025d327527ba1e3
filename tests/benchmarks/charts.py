"""The charts a benchmark works on, each in a project of its own with any number of cases."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

from chartproof import yamlio
from chartproof.cases import ci_cases
from chartproof.cluster.shell import run
from chartproof.values import merge

OWN_CHART = Path(__file__).parents[2] / "chart"
COMPONENT_TEMPLATES = Path(__file__).with_name("large")
COMPONENTS = 40

PYTEST_INI = """\
[pytest]
testpaths = tests
chartproof_charts = chart
"""


def make_project(folder: Path, kind: str, cases: int) -> None:
    """Make `folder` with a chart of this kind in chart/, its cases, and one plain test."""
    make_chart, values_of_cases = CHARTS[kind]
    chart = folder / "chart"
    folder.mkdir()
    make_chart(chart)
    (chart / "ci").mkdir()
    for number, values in enumerate(islice(values_of_cases(), cases)):
        (chart / "ci" / f"case-{number:03}-values.yaml").write_text(json.dumps(values))
    (folder / "pytest.ini").write_text(PYTEST_INI)
    (folder / "tests").mkdir()
    (folder / "tests" / "test_plain.py").write_text("def test_plain():\n    pass\n")


def make_scaffold(chart: Path) -> None:
    """Make what `helm create` makes."""
    # In another process: what this one holds counts towards the peak of every process it starts.
    script = "import sys, helm_python; helm_python.Chart.create(sys.argv[1], sys.argv[2])"
    run([sys.executable, "-c", script, chart.name, chart.parent])


def scaffold_cases() -> Iterator[dict[str, Any]]:
    """Vary what people vary: image, scale, and features that are on or off."""
    for number in count():
        yield {
            "replicaCount": number % 7 + 1,
            "image": {"tag": f"1.{number}"},
            "service": {"type": ("ClusterIP", "NodePort")[number // 2 % 2]},
            "ingress": {"enabled": number % 2 == 0},
            "autoscaling": {"enabled": number % 3 == 0},
            "resources": {"limits": {"memory": f"{64 + number}Mi"}},
        }


def copy_own_chart(chart: Path) -> None:
    """Copy this repository's chart, without its cases."""
    shutil.copytree(OWN_CHART, chart, ignore=shutil.ignore_patterns("ci", "chartproof.yaml"))


def own_cases() -> Iterator[dict[str, Any]]:
    """Take the chart's own cases in turn, each time at another scale."""
    # By yamlio and not by Helm, for the reason that the scaffold has.
    own = [yamlio.load(case.files[0].read_text()) for case in ci_cases(OWN_CHART).values()]
    for number, values in enumerate(cycle(own)):
        scale = {
            "producer": {"rate": number},
            "consumer": {"replicas": number % 5 + 3, "prefetch": number + 100},
        }
        yield merge(values, scale)


def make_large_chart(chart: Path) -> None:
    """Make a chart of 200 templates: forty components of five objects."""
    templates = chart / "templates"
    templates.mkdir(parents=True)
    metadata = {"apiVersion": "v2", "name": "large", "version": "1.0.0", "appVersion": "1.0.0"}
    (chart / "Chart.yaml").write_text(json.dumps(metadata))
    components = {component(number): component_values(number) for number in range(COMPONENTS)}
    image = {"registry": "registry.example.com", "tag": ""}
    (chart / "values.yaml").write_text(json.dumps({"image": image, **components}))
    shutil.copy(COMPONENT_TEMPLATES / "_helpers.tpl", templates)
    for template in COMPONENT_TEMPLATES.glob("*.yaml"):
        for name in components:
            text = template.read_text().replace("COMPONENT", name)
            (templates / f"{name}-{template.name}").write_text(text)


def component(number: int) -> str:
    """Name a component of the large chart; after the last one comes the first."""
    return f"part{number % COMPONENTS:02}"


def component_values(number: int) -> dict[str, Any]:
    """Give the defaults of a component."""
    return {
        "enabled": True,
        "replicas": 1,
        "port": 8000 + number,
        "settings": {"LOG_LEVEL": "info", "PEER": component(number + 1)},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}},
    }


def large_cases() -> Iterator[dict[str, Any]]:
    """Change a few components in each case, and the image of all of them in every tenth."""
    for number in count():
        yield {
            "image": {"tag": f"2.{number}" if number % 10 == 0 else "2.0"},
            component(number): {"replicas": number + 2},
            component(number + 7): {"enabled": False},
            component(number + 13): {"settings": {"LOG_LEVEL": f"debug-{number}"}},
        }


CHARTS: Mapping[str, tuple[Callable[[Path], None], Callable[[], Iterator[dict[str, Any]]]]] = {
    "scaffold": (make_scaffold, scaffold_cases),
    "own": (copy_own_chart, own_cases),
    "large": (make_large_chart, large_cases),
}
