"""Which images the embedded nodes can stand in for."""

from __future__ import annotations

import pytest

from chartproof.cluster.node import NodeEngine
from chartproof.cluster.node.images import broker_image, is_broker
from chartproof.cluster.progress import Progress
from chartproof.errors import InputError


@pytest.mark.parametrize(
    "reference",
    ["rabbitmq", "rabbitmq:4.3-management", "registry.example:5000/mirror/rabbitmq:4.3.6"],
)
def test_rabbitmq_is_known_under_any_registry_and_tag(reference: str) -> None:
    assert is_broker(reference)


@pytest.mark.parametrize("reference", ["localhost/rabbitmq-workers:1", "rabbitmq/tool:1", "redis"])
def test_other_images_are_left_alone(reference: str, progress: Progress) -> None:
    assert not is_broker(reference)
    assert NodeEngine().images([reference], progress) == []


def test_a_digest_cannot_be_stood_in_for() -> None:
    with pytest.raises(InputError, match="found a digest, expected a tag only"):
        broker_image("docker.io/library/rabbitmq:4.3-management@sha256:0123")
