"""What the chart promises beyond its snapshots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chartproof.release import Release
from chartproof.render import ValuesError

Render = Callable[..., Release]


def deployments(release: Release) -> dict[str, Any]:
    """Return the spec of each Deployment by the worker it is of."""
    key = "app.kubernetes.io/component"
    bodies = [found.body for found in release.of_kind("Deployment")]
    return {body["metadata"]["labels"][key]: body["spec"] for body in bodies}


def test_a_worker_takes_what_it_does_not_say_from_what_all_have(render: Render) -> None:
    workers = {"default": None, "mail": {"replicas": 3}, "reports": {"env": {"SIZE": "big"}}}
    specs = deployments(render({"worker": {"replicas": 2}, "workers": workers}))
    assert {name: spec["replicas"] for name, spec in specs.items()} == {"mail": 3, "reports": 2}
    (container,) = specs["reports"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "SIZE", "value": "big"}]


def test_no_two_workers_select_the_same_pods(render: Render) -> None:
    specs = deployments(render({"workers": {"mail": {}, "reports": {}}}))
    selectors = [spec["selector"]["matchLabels"] for spec in specs.values()]
    assert len({frozenset(selector.items()) for selector in selectors}) == 3


def test_a_worker_that_is_scaled_says_no_number_of_its_own(render: Render) -> None:
    release = render({"worker": {"autoscaling": {"enabled": True}}})
    assert "replicas" not in deployments(release)["default"]
    (scaler,) = release.of_kind("HorizontalPodAutoscaler")
    (deployment,) = release.of_kind("Deployment")
    assert scaler.body["spec"]["scaleTargetRef"]["name"] == deployment.name


def test_no_container_may_become_root(release: Release) -> None:
    pod = deployments(release)["default"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"worker": {"replicas": -1}}, r"worker\.replicas"),
        ({"workers": {"mail": {"replcias": 2}}}, r"workers\.mail\.replcias"),
        ({"workers": {"Mail": {}}}, "Mail"),
        ({"worker": {"autoscaling": {"enabled": True, "minReplicas": 20}}}, "go together"),
    ],
)
def test_what_is_no_value_is_refused_by_its_path(
    render: Render, values: dict[str, Any], path: str
) -> None:
    with pytest.raises(ValuesError, match=path):
        render(values)
