"""One case's render against its folder of snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from chartproof.snapshot.storage import SnapshotFiles
from chartproof.snapshot.text import NOTES, Text


@dataclass(frozen=True)
class Comparison:
    """What does not match: changed files with their differences, missing ones, unused ones."""

    changed: Mapping[str, Sequence[str]]
    missing: Sequence[str]
    unused: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.unused)

    def __str__(self) -> str:
        counts = {
            "changed": len(self.changed),
            "without a snapshot": len(self.missing),
            "no longer rendered": len(self.unused),
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)

    def details(self, rendered: Mapping[str, Text]) -> Iterator[str]:
        """Name each file that does not match, with the templates it is `rendered` from."""
        for name, lines in self.changed.items():
            yield f"changed: {name}, from {rendered[name].origin}"
            yield from (f"  {line}" for line in lines)
        for name in self.missing:
            yield f"no snapshot yet: {name}, from {rendered[name].origin}"
        for name in self.unused:
            yield f"no longer rendered: {name}"


def compare(
    rendered: Mapping[str, Text],
    folder: Path,
    snapshot: SnapshotAssertion,
    config: pytest.Config,
) -> Comparison:
    """Hold each text against the file of its name in `folder`.

    Where the run is to update snapshots, syrupy writes the files and finds them equal.
    """
    snapshot = snapshot.use_extension(SnapshotFiles)
    changed, missing = {}, []
    for name, text in rendered.items():
        path = folder / name
        known = path.exists()
        if snapshot(name=str(path)) == text.text:
            continue
        if known:
            changed[name] = _difference(snapshot, text, config)
        else:
            missing.append(name)
    return Comparison(changed, missing, sorted(snapshots_in(folder) - set(rendered)))


def snapshots_in(folder: Path) -> set[str]:
    """Give the names of the snapshots in a folder, passing over what else people keep there."""
    return {path.name for path in folder.glob("*") if path.suffix == ".yaml" or path.name == NOTES}


def _difference(snapshot: SnapshotAssertion, text: Text, config: pytest.Config) -> Sequence[str]:
    """Give what syrupy says of the assertion that has just failed, in the run's colours."""
    explanations: list[list[str]] = config.hook.pytest_assertrepr_compare(
        config=config, op="==", left=snapshot, right=text.text
    )
    _both_sides, *lines = explanations[0]
    return lines
