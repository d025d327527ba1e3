"""The snapshots of a release: what stands in which file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chartproof.release import Release
from chartproof.snapshot.names import by_file_name
from chartproof.snapshot.writer import to_yaml

NOTES = "notes.txt"


@dataclass(frozen=True)
class Text:
    """The text of a snapshot, and the templates it comes from as `chart/templates/...`."""

    text: str
    templates: Sequence[str]

    @property
    def origin(self) -> str:
        """The templates, each once."""
        return ", ".join(dict.fromkeys(self.templates))


def texts(release: Release) -> dict[str, Text]:
    """Give the text of each snapshot file of the release by the file's name."""
    manifests = (manifest for manifest in [*release.crds, *release.manifests] if manifest.body)
    files = {
        f"{name}.yaml": Text(
            to_yaml(*(manifest.body for manifest in group)),
            [manifest.template for manifest in group],
        )
        for name, group in by_file_name(manifests).items()
    }
    if release.notes.strip():
        files[NOTES] = Text("\n".join([*release.notes.strip().splitlines(), ""]), ["NOTES.txt"])
    return files
