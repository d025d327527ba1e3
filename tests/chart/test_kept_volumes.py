"""A release whose volumes were left by an earlier one of the same name."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import ValuesError

Render = Callable[..., Release]

CLAIM = "data-demo-rabbitmq-workers-broker"


def left(*ordinals: int, is_upgrade: bool = False) -> RenderOptions:
    """Describe a cluster in which the claims of these brokers are left."""
    claims = tuple(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": f"{CLAIM}-{ordinal}", "namespace": "default"},
            }
        )
        for ordinal in ordinals
    )
    return RenderOptions(release="demo", objects=claims, is_upgrade=is_upgrade)


def test_fewer_brokers_than_before_are_refused_with_the_ways_out(render: Render) -> None:
    with pytest.raises(ValuesError) as fault:
        render({"broker": {"replicas": 1}}, left(0, 1, 2))
    text = str(fault.value)
    assert f"has left the claims {CLAIM}-1, {CLAIM}-2 of more brokers" in text
    assert "Set broker.replicas to 3" in text
    assert f"kubectl delete pvc --namespace default {CLAIM}-1 {CLAIM}-2" in text


@pytest.mark.parametrize("replicas", [3, 5])
def test_as_many_brokers_as_before_or_more_take_the_volumes_up(
    render: Render, replicas: int
) -> None:
    release = render({"broker": {"replicas": replicas}}, left(0, 1, 2))
    assert release.get("StatefulSet", "broker").body["spec"]["replicas"] == replicas


def test_claims_of_brokers_that_left_a_running_release_are_no_matter(render: Render) -> None:
    assert render({}, left(0, 1, 2, is_upgrade=True)).manifests


def test_brokers_without_volumes_have_nothing_to_take_up(render: Render) -> None:
    assert render({"broker": {"persistence": {"enabled": False}}}, left(0, 1, 2)).manifests
