"""The files of a release commit: version and changes in Chart.yaml, a dated CHANGELOG."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from chartproof import yamlio
from chartproof.errors import InputError
from chartproof.releasing.changelog import Change, Changelog
from chartproof.releasing.edits import put
from chartproof.semver import Version

CHANGES = "artifacthub.io/changes"
PRERELEASE = "artifacthub.io/prerelease"


def prepare(chart: Path, changelog: Path, version: str, day: date) -> list[Path]:
    """Write the version into the chart's files and return those that changed; twice is as once.

    `day` is the date of the section in the changelog. Raises InputError where the changelog has
    nothing to tell of the version, or where Chart.yaml cannot take it.
    """
    log = Changelog.read(changelog)
    name = version if log.has(version) else "Unreleased"
    changes = log.changes(name)
    if not changes:
        raise InputError(f"{changelog}: ## [{name}] has no entry; what does {version} change?")
    file = chart / "Chart.yaml"
    written = {file: _metadata(file, version, changes)}
    if name != version:
        written[changelog] = log.dated(version, day)
    changed = [path for path, text in written.items() if path.read_text("utf-8") != text]
    for path in changed:
        path.write_text(written[path], "utf-8")
    return changed


def _metadata(file: Path, version: str, changes: Sequence[Change]) -> str:
    text = file.read_text("utf-8")
    listed = [{"kind": it.kind, "description": it.description} for it in changes]
    annotations = {CHANGES: yamlio.dump(listed)}
    read = Version.parse(version)
    if read.is_prerelease:
        annotations[PRERELEASE] = "true"
    elif read.numbers[0] and PRERELEASE in (yamlio.load(text).get("annotations") or {}):
        annotations[PRERELEASE] = "false"
    try:
        text = put(text, ["version"], version)
        for key, value in annotations.items():
            text = put(text, ["annotations", key], value)
    except ValueError as error:
        raise InputError(f"{file}: {error}") from error
    return text
