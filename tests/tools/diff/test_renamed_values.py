"""A value that is gone is found again under its new name, and no other is taken for it."""

from __future__ import annotations

from typing import Any

import pytest

from chartproof.diff.renamed_values import Value, new_name


def renamed(gone: str, default: Any, added: dict[str, Any]) -> str | None:
    values = [Value(tuple(path.split(".")), it) for path, it in added.items()]
    found = new_name(Value(tuple(gone.split(".")), default), values)
    return ".".join(found.path) if found else None


@pytest.mark.parametrize(
    ("gone", "default", "added", "found"),
    [
        ("port", 80, {"service": {"port": 80, "type": "ClusterIP"}}, "service.port"),
        ("web.replicas", 3, {"web.replicaCount": 3, "db.replicas": 5}, "web.replicaCount"),
        ("persistance", {"size": "8Gi"}, {"persistence": {"size": "8Gi"}}, "persistence"),
        ("logLevel", "info", {"log": {"level": "info"}}, "log.level"),
        ("metrics.enabled", False, {"monitoring": {"enabled": False}}, None),
        ("identities.bootstrap.enabled", True, {"exchange": {"hook": {"enabled": True}}}, None),
        ("color", "red", {"size": 3, "shape": "round"}, None),
        ("image", "nginx", {"image": {"name": "nginx"}}, "image.name"),
        ("color", "red", {}, None),
    ],
)
def test_the_most_likely_name_is_found_or_none(
    gone: str, default: Any, added: dict[str, Any], found: str | None
) -> None:
    assert renamed(gone, default, added) == found
