"""Where charts are published, read from what a person types, and the one way to do it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from chartproof.errors import InputError
from chartproof.publish.archives import Archive, read_archives
from chartproof.publish.branch import Branch
from chartproof.publish.folder import Folder
from chartproof.publish.oci import SCHEME, Oci
from chartproof.publish.plan import Plan
from chartproof.publish.settings import Settings

GIT = "git:"


class Target(Protocol):
    """Where charts are published."""

    def plan(self, archives: Sequence[Archive], settings: Settings) -> Plan:
        """Tell what publishing changes; nothing is touched."""

    def apply(self, archives: Sequence[Archive], settings: Settings) -> Plan:
        """Publish, and tell what was changed."""


def publish(archives: Sequence[Path], to: str, settings: Settings, *, apply: bool = False) -> Plan:
    """Tell what publishing these archives changes, and with `apply` do it.

    `to` is a folder, git:BRANCH or oci://HOST/PATH. Raises InputError for what cannot be
    published, and ChartproofError where a version is published with other content.
    """
    target = target_at(to)
    _hold_options(target, to, settings)
    read = read_archives(archives)
    return target.apply(read, settings) if apply else target.plan(read, settings)


def target_at(to: str) -> Target:
    """Read --to. Raises InputError for what is none of the three."""
    if to.startswith(SCHEME):
        return Oci.at(to)
    if to.startswith(GIT):
        return Branch(to.removeprefix(GIT), Path())
    if "://" in to or not to:
        raise InputError(
            f"--to {to}: expected a folder, git:BRANCH or oci://HOST/PATH; what a web server gives"
            " out is published to the folder or branch that it gives out"
        )
    return Folder(Path(to))


def _hold_options(target: Target, to: str, settings: Settings) -> None:
    """Raise InputError for an option that the target has no use for."""
    is_oci, is_git = isinstance(target, Oci), isinstance(target, Branch)
    useless = {
        "--url": settings.url is not None and is_oci,
        "--push": settings.push and not is_git,
        "--plain-http": settings.plain_http and not is_oci,
        "--registry-config": settings.registry_config is not None and not is_oci,
    }
    for option, is_useless in useless.items():
        if is_useless:
            raise InputError(f"{option} says nothing of --to {to}")
    config = settings.registry_config
    if config is not None and not config.is_file():
        raise InputError(f"--registry-config {config}: no such file")
    if settings.url is not None and not settings.url.startswith(("http://", "https://")):
        raise InputError(f"--url {settings.url}: expected the repository's http(s) address")
