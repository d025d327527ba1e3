"""What chartproof.yaml says of releases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chartproof.errors import InputError
from chartproof.project import FILE
from chartproof.project.node import Node
from chartproof.semver import Version

FIELDS = ("tag", "changelog", "coverage", "checks", "publish")
VERSION, NAME = "{version}", "{name}"
CHANGELOG = "CHANGELOG.md"


@dataclass(frozen=True)
class Settings:
    """How a chart is released."""

    tag: str = f"{NAME}-{VERSION}"
    """Name of the tag. A repository may hold several charts, so it tells the chart's too."""
    changelog: str = ""
    """Path from the chart's folder; empty: its own CHANGELOG.md, or else the repository's."""
    coverage: float = 0.0
    """How much of the templates' branches the cases have to take, in percent."""
    checks: tuple[str, ...] = ()
    """Commands of a shell that have to end well, run in the topmost folder of the repository."""
    publish: tuple[str, ...] = ()
    """Where to: what `chartproof publish --to` takes."""

    @classmethod
    def read(cls, chart: Path) -> Settings:
        """Read `release:` of the chart's chartproof.yaml. Raises InputError with file and line."""
        file = chart / FILE
        node = Node.read(file).entries().get("release") if file.is_file() else None
        if node is None:
            return cls()
        fields = node.fields(FIELDS)
        if "tag" in fields and VERSION not in fields["tag"].word():
            raise fields["tag"].fault(f"a tag that has no {VERSION} is the same for each version")
        return cls(
            tag=fields["tag"].word() if "tag" in fields else cls.tag,
            changelog=fields["changelog"].word() if "changelog" in fields else "",
            coverage=fields["coverage"].percent() if "coverage" in fields else 0.0,
            checks=fields["checks"].words() if "checks" in fields else (),
            publish=fields["publish"].words() if "publish" in fields else (),
        )

    def changelog_of(self, chart: Path, root: Path) -> Path:
        """Return the file that tells what changed."""
        if self.changelog:
            return chart / self.changelog
        own = chart / CHANGELOG
        return own if own.is_file() else root / CHANGELOG

    def tag_of(self, name: str, version: str) -> str:
        """Return the name of the tag of a version; `*` stands for any."""
        return self.tag.replace(NAME, name).replace(VERSION, version)

    def versions(self, name: str, tags: Iterable[str]) -> dict[Version, str]:
        """Tell the versions of tags, and leave out tags that are about something else."""
        before, _, after = self.tag.replace(NAME, name).partition(VERSION)
        found: dict[Version, str] = {}
        for tag in tags:
            try:
                version = Version.parse(tag.removeprefix(before).removesuffix(after))
            except InputError:
                continue
            found[version] = tag
        return found
