"""What a worker of a release is told, and its pods."""

from __future__ import annotations

from typing import Any

from chartproof.release import Release


def pod(release: Release, worker: str) -> dict[str, Any]:
    """Return the spec of a worker's pods."""
    spec: dict[str, Any] = release.get("Deployment", worker).body["spec"]["template"]["spec"]
    return spec


def settings(release: Release, worker: str) -> dict[str, str]:
    """Return a worker's ConfigMap."""
    data: dict[str, str] = release.get("ConfigMap", worker).body["data"]
    return data
