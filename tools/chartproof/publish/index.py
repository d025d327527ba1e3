"""index.yaml, the list of what a classic repository holds.

The format is Helm's, see https://helm.sh/docs/topics/chart_repository: for every chart its
versions, newest first; for every version its Chart.yaml with `created`, `digest` and `urls`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chartproof import yamlio
from chartproof.errors import InputError
from chartproof.publish.archives import Archive
from chartproof.semver import Version

FILE = "index.yaml"
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Index:
    """The entries of an index.yaml, and the rest of it, which is kept as it is."""

    entries: Mapping[str, Sequence[Entry]]
    rest: Mapping[str, Any]

    @classmethod
    def read(cls, content: bytes | None, where: str) -> Index:
        """Read index.yaml, or begin one where there is none.

        Raises InputError that names the line where it is no YAML, and says what is not as Helm
        expects it.
        """
        if content is None:
            return cls({}, {"apiVersion": "v1"})
        text = content.decode("utf-8", errors="replace")
        if fault := yamlio.fault(text):
            raise InputError(fault.told(where, text))
        body = yamlio.load(text) or {}
        if body.get("apiVersion") != "v1":
            found = body.get("apiVersion")
            raise InputError(f"{where}: apiVersion is {found!r}, expected v1, as Helm writes it")
        entries = body.get("entries") or {}
        _check(entries, where)
        return cls(entries, {key: body[key] for key in body if key != "entries"})

    def find(self, name: str, version: str) -> Entry | None:
        """Return the entry of a chart's version."""
        return next((it for it in self.entries.get(name, ()) if it["version"] == version), None)

    def all(self) -> Iterator[Entry]:
        """Give the entries of all charts."""
        for versions in self.entries.values():
            yield from versions

    def with_archives(self, archives: Sequence[Archive], url: str | None, now: datetime) -> Index:
        """Add archives that it does not have; what it has stays as it is."""
        if not archives:
            return self
        merged = {name: list(versions) for name, versions in self.entries.items()}
        for archive in archives:
            merged.setdefault(archive.name, []).append(_entry(archive, url, now))
        entries = {name: newest_first(merged[name]) for name in sorted(merged)}
        return Index(entries, {**self.rest, "generated": _time(now)})

    def text(self) -> str:
        """Write it, the same for the same entries."""
        return yamlio.dump_sorted({**self.rest, "entries": self.entries})


def newest_first(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Sort a chart's entries as Helm does; what is no version comes last.

    Where precedence is the same, the text decides, so that there is one order.
    """

    def order(entry: Entry) -> tuple[bool, Version, str]:
        version = Version.read(str(entry["version"]))
        return version is not None, version or Version((0, 0, 0)), str(entry["version"])

    return sorted(entries, key=order, reverse=True)


def address(archive: Archive, url: str | None) -> str:
    """Return where an archive is got from: relative to index.yaml, or under `url`."""
    return f"{url.rstrip('/')}/{archive.file}" if url else archive.file


def _entry(archive: Archive, url: str | None, now: datetime) -> Entry:
    return {
        **archive.metadata,
        "created": _time(now),
        "digest": archive.digest,
        "urls": [address(archive, url)],
    }


def _time(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def _check(entries: object, where: str) -> None:
    if not isinstance(entries, dict):
        raise InputError(f"{where}: entries: expected a mapping of charts, found {entries!r:.60}")
    for name, versions in entries.items():
        if not isinstance(versions, list):
            raise InputError(f"{where}: entries.{name}: expected a list, found {versions!r:.60}")
        for number, entry in enumerate(versions):
            if not isinstance(entry, dict) or not isinstance(entry.get("version"), str):
                raise InputError(
                    f"{where}: entries.{name}[{number}]: expected a mapping with a version,"
                    f" found {entry!r:.60}"
                )
