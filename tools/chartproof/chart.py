"""A chart on disk, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chartproof import engine
from chartproof.errors import InputError

if TYPE_CHECKING:
    from chartproof.cases import Case


@dataclass(frozen=True)
class Chart:
    """A chart: its path and the bytes every render starts from."""

    path: Path
    archive: bytes

    @classmethod
    def load(cls, path: Path) -> Chart:
        """Read the chart folder or .tgz at `path`. Raises InputError where there is none."""
        if path.is_dir() and not (path / "Chart.yaml").is_file():
            raise InputError(f"{path}: no chart here, it has no Chart.yaml")
        if not path.exists():
            raise InputError(f"{path}: no such chart folder")
        return cls(path, engine.archive(path))

    @cached_property
    def _contents(self) -> engine.Contents:
        return engine.contents(self.archive)

    @property
    def metadata(self) -> dict[str, Any]:
        """Chart.yaml."""
        return self._contents.metadata

    @property
    def name(self) -> str:
        """The chart's name."""
        return str(self.metadata["name"])

    @property
    def version(self) -> str:
        """The chart's version."""
        return str(self.metadata["version"])

    @property
    def values(self) -> dict[str, Any]:
        """The defaults of values.yaml."""
        return self._contents.values

    @property
    def schema(self) -> dict[str, Any] | None:
        """values.schema.json, or None."""
        return self._contents.schema

    def cases(self) -> list[Case]:
        """Give the chart's own cases, ci/<name>-values.yaml, by name."""
        from chartproof.cases import cases_of

        return cases_of(self.path)
