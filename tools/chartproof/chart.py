"""A chart on disk, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from chartproof import engine, yamlio
from chartproof.archive import Files, is_schema, rewritten, unpacked
from chartproof.cases import Case
from chartproof.errors import InputError
from chartproof.excerpt import Excerpts
from chartproof.joint_check import JointCheck
from chartproof.joint_render import JointRender
from chartproof.project.file import Project, case_of, read_project


@dataclass(frozen=True)
class Chart:
    """A chart: where it is, and the archive that every render starts from."""

    path: Path
    archive: bytes = field(repr=False)
    metadata: dict[str, Any] = field(repr=False)
    """The fields of Chart.yaml, under the names they have there."""
    sources: Mapping[str, str] | None = field(default=None, repr=False, compare=False)
    """Its files as they are written, where the archive has others in their place."""
    twin: Path | None = field(default=None, repr=False, compare=False)
    """A folder with what is in the archive, where `path` has something else."""

    @classmethod
    def load(cls, path: Path) -> Chart:
        """Read the chart folder or .tgz at `path`. Raises InputError where there is none."""
        check(path)
        try:
            archive = engine.pack(path)
            return cls(path, archive, engine.metadata(archive))
        except engine.EngineError as error:
            raise InputError(_unreadable(path, str(error))) from error

    @property
    def name(self) -> str:
        """The name in Chart.yaml."""
        return str(self.metadata["name"])

    @property
    def version(self) -> str:
        """The version in Chart.yaml."""
        return str(self.metadata["version"])

    @cached_property
    def values(self) -> dict[str, Any]:
        """The defaults: values.yaml, with those of the subcharts."""
        return engine.merge_values(self.archive, {})

    @cached_property
    def own_values(self) -> dict[str, Any]:
        """What its values.yaml says, nulls too, without what subcharts add."""
        return engine.parse_values(self.files.get(f"{self.name}/values.yaml", ""))

    @property
    def schema(self) -> dict[str, Any] | None:
        """The parsed values.schema.json, or None."""
        return self.schema_of(self.name)

    def schema_of(self, chart: str) -> dict[str, Any] | None:
        """Return the schema of the chart or of a subchart by name, or None."""
        for path, text in self.files.items():
            if path.endswith(f"{chart}/values.schema.json"):
                schema: dict[str, Any] = json.loads(text)
                return schema
        return None

    @property
    def on_disk(self) -> Path:
        """Where on disk is what is in the archive."""
        return self.twin or self.path

    @cached_property
    def contents(self) -> Files:
        """Every file Helm sees, by its name in messages: `<chart name>/templates/...`."""
        return unpacked(self.archive)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The same as text, as people have written it."""
        if self.sources is not None:
            return self.sources
        return {name: it.decode(errors="replace") for name, it in self.contents.items()}

    @cached_property
    def without_schema(self) -> Chart:
        """The chart with nothing that refuses values but its templates: it renders sooner."""

        if not any(map(is_schema, self.contents)):
            return self

        def without(name: str, content: bytes) -> bytes | None:
            return None if is_schema(name) else content

        return replace(self, archive=rewritten(self.contents, without))

    @cached_property
    def excerpts(self) -> Excerpts:
        """Its templates, to be rendered one without the other, and without the schema."""
        return Excerpts(self)

    @cached_property
    def joint_check(self) -> JointCheck:
        """Its schema, for the values of many cases at once."""
        return JointCheck(self)

    @cached_property
    def joint_render(self) -> JointRender:
        """Its templates, for the values of many cases at once, without the schema."""
        return JointRender(self)

    def locate(self, name: str) -> Path:
        """Turn Helm's name of a file, `<chart name>/templates/...`, into its path on disk."""
        return self.path / self.stored(name).partition("/")[2]

    def stored(self, name: str) -> str:
        """Turn Helm's name of a file into the one it has in `files`: an alias is no folder."""
        if name in self.files:
            return name
        folder, *below = name.split("/charts/")
        for part in below:
            alias, _, rest = part.partition("/")
            real = self._aliases(folder).get(alias, alias)
            folder = f"{folder}/charts/{real}" + (f"/{rest}" if rest else "")
        return folder

    def _aliases(self, folder: str) -> dict[str, str]:
        """Return the names of the subcharts of the chart in a folder of `files`, by alias."""
        metadata = yamlio.load(self.files.get(f"{folder}/Chart.yaml", ""))
        asked = (metadata or {}).get("dependencies") or []
        return {one["alias"]: one["name"] for one in asked if one.get("alias")}

    @cached_property
    def dependencies(self) -> set[str]:
        """The subcharts that are in charts/."""
        return engine.dependencies(self.archive)

    @cached_property
    def missing_dependencies(self) -> list[str]:
        """The subcharts that Chart.yaml asks for and charts/ lacks."""
        asked = [dependency["name"] for dependency in self.metadata.get("dependencies") or []]
        return [name for name in asked if name not in self.dependencies] if asked else []

    @cached_property
    def project(self) -> Project:
        """Its chartproof.yaml and ci/. Raises InputError."""
        return read_project(self.path)

    def cases(self) -> list[Case]:
        """Give the chart's cases, by name: its ci/<name>-values.yaml and those of chartproof.yaml.

        Raises InputError.
        """
        return list(self.project.cases.values())

    def case(self, name: str) -> Case:
        """Return one case. Raises InputError that names the nearest one."""
        return case_of(self.path, name)


def check(path: Path) -> None:
    """Raise InputError where there is plainly no chart at `path`."""
    if not path.exists():
        raise InputError(f"{path}: no such chart folder")
    if path.is_dir() and not (path / "Chart.yaml").is_file():
        raise InputError(f"{path}: not a chart, it has no Chart.yaml")


def _unreadable(path: Path, reason: str) -> str:
    """Say why a chart cannot be read, by file:line:column where its YAML is broken."""
    for file in (path / "Chart.yaml", path / "values.yaml"):
        text = file.read_text() if file.is_file() else ""
        if fault := yamlio.fault(text):
            return fault.told(file, text)
    return f"{path}: {reason}"
