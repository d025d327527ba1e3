"""What chartproof renders is what the Helm CLIs render, and Kubernetes' schemas accept it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.render import render
from chartproof.values import load_values
from tests.support import custom_resources
from tests.support.charts import rendering_cases
from tests.support.tools import HELM3, HELM4, KUBECONFORM, GoTool, kubernetes_schemas
from tests.support.words import Words

CHART = Path(__file__).parents[2] / "chart"
CASES = sorted(CHART.glob("ci/*-values.yaml"))
OLDEST, NEWEST = "1.29.0", "1.37.0"

each_case = pytest.mark.parametrize("values", CASES, ids=lambda path: path.stem)


def helm_template(helm: GoTool, values: Path, *options: str) -> str:
    """Return what `helm template` prints for the chart with a values file."""
    command: Words = [helm.path(), "template", "release-name", CHART, "-f", values, *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def documents(stream: str) -> list[object]:
    """Return the objects of a YAML stream in order, without the empty documents."""
    return [body for body in yaml.load_all(stream, yaml.CSafeLoader) if body is not None]


def rendered(values: Path) -> str:
    """Return what `chartproof render` prints for the chart with a values file."""
    return str(render(Chart.load(CHART), load_values([values])))


@each_case
@pytest.mark.needs("helm4")
def test_helm_4_prints_the_same_objects_in_the_same_order(values: Path) -> None:
    assert documents(rendered(values)) == documents(helm_template(HELM4, values))


@each_case
@pytest.mark.needs("helm3")
def test_helm_3_prints_the_same_objects(values: Path) -> None:
    # Built from its module, Helm 3 takes itself to be made for Kubernetes 1.20.
    printed = helm_template(HELM3, values, f"--kube-version={NEWEST}")
    assert documents(rendered(values)) == documents(printed)


@pytest.mark.needs("kubeconform")
@pytest.mark.parametrize("case", rendering_cases(CHART), ids=lambda case: case.name)
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubeconform_accepts_every_object(case: Case, version: str) -> None:
    folder = "{{ .NormalizedKubernetesVersion }}-local{{ .StrictSuffix }}"
    schema = kubernetes_schemas() / folder / "{{ .ResourceKind }}{{ .KindSuffix }}.json"
    # Kinds that Kubernetes lacks have a test of their own, against their definitions.
    release = render(Chart.load(CHART), case.values)
    custom = [each.kind for each in release.manifests if custom_resources.is_custom(each)]
    command: Words = [
        *(KUBECONFORM.path(), "-strict", "-summary", "-output=json"),
        *("-kubernetes-version", version, "-schema-location", str(schema)),
        *("-skip", ",".join(sorted(set(custom)))),
    ]
    run = subprocess.run(command, input=str(release), capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    summary = json.loads(run.stdout)["summary"]
    assert summary["valid"] > 0
    assert summary["skipped"] == len(custom)
