"""An upgrade changes what it must, and nothing that Kubernetes would refuse to change."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.render import render as render_chart
from chartproof.values import merge

Render = Callable[..., Release]

PINNED = {
    "broker": {
        "replicas": 3,
        "auth": {"password": "p", "workerPassword": "w", "erlangCookie": "c"},
    }
}


@pytest.fixture
def next_version(chart: Chart, tmp_path: Path) -> Chart:
    """Give the chart under a later version, for a later RabbitMQ, with nothing else changed."""
    folder = tmp_path / "chart"
    shutil.copytree(chart.path, folder)
    file = folder / "Chart.yaml"
    text = file.read_text().replace(f"version: {chart.version}", "version: 99.0.0")
    file.write_text(text.replace(chart.metadata["appVersion"], "99.1.0"))
    return Chart.load(folder)


def immutable(release: Release) -> Iterator[tuple[str, Any]]:
    """Give what Kubernetes does not let an upgrade change, by object."""
    for manifest in release.of_kind("Deployment"):
        yield manifest.name, manifest.body["spec"]["selector"]
    for manifest in release.of_kind("StatefulSet"):
        spec = manifest.body["spec"]
        fixed = ("selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates")
        yield manifest.name, {field: spec[field] for field in fixed}


def pod_templates(release: Release) -> dict[str, Any]:
    """Return the pod templates by the object they are in."""
    return {
        manifest.name: manifest.body["spec"]["template"]
        for kind in ("Deployment", "StatefulSet")
        for manifest in release.of_kind(kind)
    }


def test_nothing_immutable_changes_with_the_version(render: Render, next_version: Chart) -> None:
    assert dict(immutable(render_chart(next_version, PINNED))) == dict(immutable(render(PINNED)))


def test_labels_and_annotations_for_everything_leave_the_immutable_alone(render: Render) -> None:
    labelled = {**PINNED, "commonLabels": {"team": "a"}, "commonAnnotations": {"team": "a"}}
    assert dict(immutable(render(labelled))) == dict(immutable(render(PINNED)))


def test_a_new_version_restarts_only_what_gets_another_image(
    render: Render, next_version: Chart
) -> None:
    pinned = {
        **PINNED,
        "worker": {"image": {"tag": "1"}},
        "broker": {**PINNED["broker"], "image": {"tag": "2"}},
    }
    assert pod_templates(render_chart(next_version, pinned)) == pod_templates(render(pinned))


@pytest.mark.parametrize(
    ("change", "restarted"),
    [
        # Brokers and workers follow a password while they run; a cookie they cannot.
        ({"broker": {"auth": {"workerPassword": "new"}}}, set()),
        ({"broker": {"auth": {"password": "new"}}}, set()),
        ({"broker": {"auth": {"erlangCookie": "new"}}}, {"broker"}),
        ({"broker": {"auth": {"workerUsername": "new"}}}, {"producer", "consumer"}),
        ({"broker": {"extraConfig": "heartbeat = 20"}}, {"broker"}),
        # What they declare they follow as well; a new user's login is another file.
        ({"queue": {"deliveryLimit": 3}}, set()),
        ({"queues": {"orders": {}}}, set()),
        ({"users": {"shop": {}}}, {"broker"}),
        ({"queue": {"retry": {"type": "failed"}}}, set()),
        ({"producer": {"rate": 5}}, {"producer"}),
        ({"producer": {"source": "a:b", "sourceCode": "def b(): ..."}}, {"producer"}),
        ({"worker": {"logLevel": "debug"}}, {"producer", "consumer"}),
        ({"consumer": {"threads": 2}}, {"consumer"}),
        ({"consumer": {"handler": "a:b", "handlerCode": "def b(message): ..."}}, {"consumer"}),
        ({"consumer": {"podDisruptionBudget": {"enabled": True}}}, set()),
        ({"audit": True}, {"producer", "consumer"}),
        ({"consumer": {"replicas": 5}}, set()),
    ],
    ids=lambda given: str(sorted(given) if isinstance(given, set) else given),
)
def test_a_change_restarts_those_it_concerns(
    render: Render, change: dict[str, Any], restarted: set[str]
) -> None:
    before, after = pod_templates(render(PINNED)), pod_templates(render(merge(PINNED, change)))
    changed = {name.rpartition("-")[2] for name in before if before[name] != after[name]}
    assert changed == restarted
