"""One case's render against its folder of snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.location import PyTestLocation

from chartproof.snapshot.storage import SnapshotFiles
from chartproof.snapshot.text import Text


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

    def details(
        self, rendered: Mapping[str, Text], causes: Callable[[str], Iterable[str]]
    ) -> Iterator[str]:
        """Name each file that does not match, with the templates it is `rendered` from.

        `causes` tells of a changed file where the changes come from.
        """
        for name, lines in self.changed.items():
            yield f"changed: {name}, from {rendered[name].origin}"
            yield from (f"  {line}" for line in (*lines, *causes(name)))
        for name in self.missing:
            yield f"no snapshot yet: {name}, from {rendered[name].origin}"
        for name in self.unused:
            yield f"no longer rendered: {name}"


def compare(
    rendered: Mapping[str, Text], files: Mapping[str, bytes], folder: Path, item: pytest.Item
) -> Comparison:
    """Hold each text against the file of its name among the `files` of `folder`.

    Where the run is to update snapshots, syrupy writes the files and finds them equal. What is
    equal byte for byte is not handed to it: it takes longer for a file than Helm to render it.
    """
    snapshot = _assertion(item)
    changed, missing = {}, []
    for name, text in rendered.items():
        if text.text.encode() == files.get(name) or snapshot(name=str(folder / name)) == text.text:
            continue
        if name in files:
            changed[name] = _difference(snapshot, text, item.config)
        else:
            missing.append(name)
    return Comparison(changed, missing, sorted(files.keys() - rendered.keys()))


def _assertion(item: pytest.Item) -> SnapshotAssertion:
    """Make what syrupy's fixture `snapshot` gives to a test function."""
    return SnapshotAssertion(
        session=item.config._syrupy,  # type: ignore[attr-defined]
        extension_class=SnapshotFiles,
        test_location=PyTestLocation(item),
        update_snapshots=item.config.option.update_snapshots,
        update_new_snapshots_only=item.config.option.update_new_snapshots_only,
    )


def _difference(snapshot: SnapshotAssertion, text: Text, config: pytest.Config) -> Sequence[str]:
    """Give what syrupy says of the assertion that has just failed, in the run's colours."""
    explanations: list[list[str]] = config.hook.pytest_assertrepr_compare(
        config=config, op="==", left=snapshot, right=text.text
    )
    _both_sides, *lines = explanations[0]
    return lines
