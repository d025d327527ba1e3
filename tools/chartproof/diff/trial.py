"""What comes of a value that the new chart has no default for: tried, not read off templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Any

from chartproof.diff.upgrade import Upgrade
from chartproof.errors import ChartproofError
from chartproof.experiments.subject import with_value
from chartproof.manifest import ManifestError
from chartproof.masks import masked
from chartproof.release import Release
from chartproof.render import TemplateError, ValuesError, render

_MARK = "chartproof-trial"
Body = Mapping[str, Any]


class Outcome(Enum):
    """What a chart does with a value."""

    REFUSED = auto()
    READ = auto()
    IGNORED = auto()
    """The old chart read it, and the new one does not."""
    NEVER_READ = auto()


@dataclass(frozen=True)
class Trial:
    """A case in which values are tried on both charts."""

    upgrade: Upgrade

    def outcome(self, path: tuple[str, ...], default: Any) -> Outcome:
        """Give another value than the default at a path, and see what changes."""
        other = _other(default)
        if self.refuses(path, other) and self.refuses(path, default):
            return Outcome.REFUSED
        if self._changes(self.upgrade.new, path, other):
            return Outcome.READ
        was_read = self._changes(self.upgrade.old, path, other)
        return Outcome.IGNORED if was_read else Outcome.NEVER_READ

    def refuses(self, path: tuple[str, ...], value: Any) -> bool:
        """Tell whether the new chart fails with a value."""
        return self._rendered(self.upgrade.new, path, value) is None

    def _changes(self, release: Release, path: tuple[str, ...], value: Any) -> bool:
        """Tell whether a value makes anything of a release another; a failure does."""
        changed = self._rendered(release, path, value)
        before = self._old if release is self.upgrade.old else self._new
        return changed is None or changed != before

    @cached_property
    def _old(self) -> list[Body]:
        return self._bodies(self.upgrade.old)

    @cached_property
    def _new(self) -> list[Body]:
        return self._bodies(self.upgrade.new)

    def _rendered(self, release: Release, path: tuple[str, ...], value: Any) -> list[Body] | None:
        """Render a release with a value; None where that fails."""
        values = with_value(release.values, path, value)
        try:
            return self._bodies(render(release.chart, values, release.options))
        except (ValuesError, TemplateError, ManifestError, ChartproofError):
            return None

    def _bodies(self, release: Release) -> list[Body]:
        return [masked(manifest, self.upgrade.masks) for manifest in release.manifests]


def _other(value: Any) -> Any:
    """Return a value of the same shape with everything in it another."""
    if isinstance(value, Mapping) and value:
        return {key: _other(inner) for key, inner in value.items()}
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str) or value is None:
        return _MARK
    return {_MARK: _MARK} if isinstance(value, Mapping) else [*value, _MARK]
