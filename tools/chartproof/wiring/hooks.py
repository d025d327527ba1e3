"""When objects exist in the life of a release, hooks and all.

Helm runs the hooks of an event by weight, then name, then kind (pkg/action/hooks.go, where they
come sorted by kind), each until it is done, and deletes those with the policy `hook-succeeded`
after the last.
"""

from __future__ import annotations

from chartproof.manifest import Manifest
from chartproof.render import INSTALL_ORDER

INSTALL = "install"
"""The event at which everything that is no hook is made."""

_BEFORE = {
    "pre-install": (),
    INSTALL: ("pre-install",),
    "post-install": ("pre-install", INSTALL),
    "test": ("pre-install", INSTALL, "post-install"),
    "pre-upgrade": ("pre-install", INSTALL, "post-install"),
    "post-upgrade": ("pre-install", INSTALL, "post-install", "pre-upgrade"),
    "pre-rollback": ("pre-install", INSTALL, "post-install"),
    "post-rollback": ("pre-install", INSTALL, "post-install", "pre-rollback"),
    "pre-delete": ("pre-install", INSTALL, "post-install"),
    "post-delete": ("pre-install", "post-install", "pre-delete"),
}


def events(manifest: Manifest) -> set[str]:
    """Return the events at which Helm makes an object."""
    if not manifest.is_hook:
        return {INSTALL}
    return {"test" if event == "test-success" else event for event in manifest.hook_events}


def is_deleted(manifest: Manifest) -> bool:
    """Tell whether Helm deletes a hook once its event is over."""
    policy = str(manifest.annotations.get("helm.sh/hook-delete-policy", ""))
    return manifest.is_hook and "hook-succeeded" in policy


def absence(needed: Manifest, manifest: Manifest, event: str) -> str | None:
    """Say why `needed` is not there when `manifest` is made at `event`, or None where it is."""
    made = events(needed)
    if event in made:
        if event == INSTALL or _turn(needed) < _turn(manifest):
            return None
        return f"Helm makes it later at {event}: hooks go by weight, then by name"
    before = made & set(_BEFORE.get(event, ()))
    if before and is_deleted(needed):
        return f"Helm deletes it after {' and '.join(sorted(before))}: hook-succeeded"
    if before or _is_kept(needed):
        return None
    if event == "post-delete":
        return "Helm has deleted it by then"
    return f"Helm makes it at {' and '.join(sorted(made))}"


def _turn(manifest: Manifest) -> tuple[int, str, int]:
    """Return what orders the hooks of one event."""
    try:
        weight = int(str(manifest.annotations.get("helm.sh/hook-weight", 0)))
    except ValueError:
        weight = 0
    is_known = manifest.kind in INSTALL_ORDER
    rank = INSTALL_ORDER.index(manifest.kind) if is_known else len(INSTALL_ORDER)
    return weight, manifest.name, rank


def _is_kept(manifest: Manifest) -> bool:
    """Tell whether an object outlives its release."""
    return manifest.annotations.get("helm.sh/resource-policy") == "keep"
