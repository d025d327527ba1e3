"""The chart as a part of another chart, twice: neither of the two is in the way of the other."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.render import render
from tests.chart.pods import containers, pod_specs

ALIASES = ("orders", "bills")
REGISTRY = "registry.example.com:5000"


@pytest.fixture
def parent(chart: Chart, tmp_path: Path) -> Release:
    """Render a chart that has this one under two names, and says where images are."""
    shutil.copytree(chart.path, tmp_path / "charts" / chart.name)
    parts = [
        {"name": chart.name, "version": "*-0", "alias": alias, "condition": f"{alias}.enabled"}
        for alias in ALIASES
    ]
    about = {"apiVersion": "v2", "name": "shop", "version": "1.0.0", "dependencies": parts}
    (tmp_path / "Chart.yaml").write_text(yaml.safe_dump(about))
    values = {
        "global": {"imageRegistry": REGISTRY},
        "orders": {"enabled": True, "queue": {"name": "orders"}},
        "bills": {"enabled": True, "workers": {"clerk": {"role": "consumer"}}},
    }
    return render(Chart.load(tmp_path), values)


def test_no_two_objects_have_one_name(parent: Release) -> None:
    named = Counter((manifest.kind, manifest.name) for manifest in parent.manifests)
    assert [each for each, times in named.items() if times > 1] == []
    deployed = {manifest.name for manifest in parent.of_kind("Deployment")}
    assert deployed == {
        *(f"release-name-{alias}-{role}" for alias in ALIASES for role in ("producer", "consumer")),
        "release-name-bills-clerk",
    }


def test_neither_selects_pods_of_the_other(parent: Release) -> None:
    for manifest in (*parent.of_kind("Deployment"), *parent.of_kind("StatefulSet")):
        labels = manifest.body["spec"]["selector"]["matchLabels"]
        assert f"-{labels['app.kubernetes.io/name']}-" in manifest.name
    queues = {
        alias: parent.get("ConfigMap", f"release-name-{alias}-producer").body["data"]["MQ_CH"]
        for alias in ALIASES
    }
    assert queues == {"orders": "orders", "bills": "test"}


def test_both_take_images_from_where_the_parent_says(parent: Release) -> None:
    images = {each["image"] for _, pod in pod_specs(parent) for each in containers(pod)}
    assert images
    assert all(image.startswith(f"{REGISTRY}/") for image in images)
