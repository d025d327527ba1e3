"""Where snapshots live, in syrupy's terms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syrupy.data import SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.terminal import bold, context_style, received_style, snapshot_style

from chartproof.snapshot.difference import CONTEXT, NEW, OLD, PATH, difference

if TYPE_CHECKING:
    from syrupy.location import PyTestLocation
    from syrupy.types import SerializedData, SnapshotIndex

_STYLES = {PATH: bold, OLD: snapshot_style, NEW: received_style, CONTEXT: context_style}


class SnapshotFiles(SingleFileSnapshotExtension):
    """Text files that are named by their whole path: `snapshot(name=str(path)) == text`."""

    _write_mode = WriteMode.TEXT

    @classmethod
    def get_location(cls, *, index: SnapshotIndex, **_: Any) -> str:
        """Give the path; it is the name."""
        return str(index)

    @classmethod
    def get_snapshot_name(cls, *, index: SnapshotIndex = 0, **_: Any) -> str:
        """Give the name of the file."""
        return Path(str(index)).name

    @classmethod
    def write_snapshot(
        cls,
        *,
        snapshot_location: str,
        snapshots: list[tuple[SerializedData, PyTestLocation, SnapshotIndex]],
        **_: Any,
    ) -> None:
        """Write the file; syrupy's own way warns of every file that is not beside its test."""
        path = Path(snapshot_location)
        path.parent.mkdir(parents=True, exist_ok=True)
        for text, _location, _index in snapshots:
            path.write_text(str(text), encoding="utf-8", newline="\n")

    def discover_snapshots(self, **_: Any) -> SnapshotCollections:
        """Find none: a case owns its folder and says itself what in there is unused.

        syrupy judges that by comparing names with `-k` and the paths of the command line, which
        cannot know that `-k broker` leaves the broker's snapshots of other cases alone.
        """
        return SnapshotCollections()

    def diff_lines(
        self, serialized_data: SerializedData, snapshot_data: SerializedData
    ) -> Iterator[str]:
        """Show what changed, in syrupy's colours."""
        for line in difference(old=str(snapshot_data), new=str(serialized_data)):
            yield _STYLES[line.mark](str(line))
