"""What the chart promises beyond its snapshots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chartproof.release import Release
from chartproof.render import ValuesError

Render = Callable[..., Release]


def only(release: Release, kind: str) -> Any:
    """Return the one object of a kind."""
    (found,) = release.of_kind(kind)
    return found.body


def test_the_service_leads_to_the_port_that_the_container_has(render: Render) -> None:
    release = render({"containerPort": 3000})
    (port,) = only(release, "Service")["spec"]["ports"]
    (container,) = only(release, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert {"name": port["targetPort"], "containerPort": 3000} in container["ports"]


def test_every_host_has_a_rule(render: Render) -> None:
    hosts = ["a.example.com", "b.example.com"]
    ingress = only(render({"ingress": {"enabled": True, "hosts": hosts}}), "Ingress")
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == hosts


def test_no_container_may_become_root(release: Release) -> None:
    pod = only(release, "Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"replicas": -1}, "replicas"),
        ({"image": {"tga": "1"}}, r"image\.tga"),
        ({"service": {"port": "http"}}, r"service\.port"),
    ],
)
def test_what_is_no_value_is_refused_by_its_path(
    render: Render, values: dict[str, Any], path: str
) -> None:
    with pytest.raises(ValuesError, match=path):
        render(values)
