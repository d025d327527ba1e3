"""What a render depends on besides the chart and its values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RenderOptions:
    """The circumstances of a render; the defaults are those of `helm template`.

    `kube_version` stands in for the cluster's version, `api_versions` are added to the APIs
    every cluster has, `is_upgrade` sets `.Release.IsUpgrade` instead of `.Release.IsInstall`.
    `objects`, each as JSON, are what `lookup` finds in the cluster.
    """

    release: str = "release-name"
    namespace: str = "default"
    kube_version: str | None = None
    api_versions: tuple[str, ...] = ()
    is_upgrade: bool = False
    objects: tuple[str, ...] = ()
