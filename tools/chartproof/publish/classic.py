"""What changes in a classic repository, told from its files alone.

The order is what keeps it right however a publisher ends: archives first, then what describes
them, index.yaml last, so that index.yaml never names a file that is not there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from posixpath import normpath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from chartproof.errors import ChartproofError
from chartproof.publish import artifacthub, index, page
from chartproof.publish.archives import Archive
from chartproof.publish.index import Entry, Index
from chartproof.publish.plan import Plan, Write, write
from chartproof.publish.settings import Settings, now


class Files(Protocol):
    """The files of a repository as they are now."""

    @property
    def name(self) -> str:
        """What a person calls the repository."""

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or None where there is no such file."""

    def has(self, path: str) -> bool:
        """Tell whether there is such a file."""


def plan(files: Files, archives: Sequence[Archive], settings: Settings) -> Plan:
    """Tell what publishing these archives changes.

    Raises ChartproofError where a version is published with another digest, or a file that is to
    be written is there with other content; InputError for an index.yaml that cannot be read.
    """
    old_text = files.read(index.FILE)
    old = Index.read(old_text, f"{files.name}/{index.FILE}")
    new = [archive for archive in archives if not _is_published(files, old, archive)]
    merged = old.with_archives(new, settings.url, now())
    steps: list[Write | None] = []
    kept = []
    for archive in archives:
        if archive not in new:
            kept.append(f"{archive}, published as sha256:{archive.digest}")
        if archive.file in _all_paths(merged.find(archive.name, archive.version), settings.url):
            steps += _archive_steps(files, archive)
    _hold_files(files, old, settings, {archive.file for archive in archives})
    hub = files.read(artifacthub.FILE)
    hub_new = artifacthub.written(hub, settings, f"{files.name}/{artifacthub.FILE}")
    if hub_new is not None:
        steps.append(write(artifacthub.FILE, hub_new, hub, shows_lines=True))
    html = files.read(page.FILE)
    if html is None or page.is_ours(html):
        signed = _signed(files, merged, archives, settings)
        steps.append(write(page.FILE, page.build(merged, settings.url, signed).encode(), html))
    else:
        kept.append(f"{page.FILE}, which is not of chartproof's making")
    if new:
        steps.append(write(index.FILE, merged.text().encode(), old_text, shows_lines=True))
    return Plan(files.name, [step for step in steps if step], kept)


def _is_published(files: Files, old: Index, archive: Archive) -> bool:
    """Tell whether an archive is in the index. Raises ChartproofError where another one is."""
    entry = old.find(archive.name, archive.version)
    if entry is None:
        return False
    digest = str(entry.get("digest") or "").removeprefix("sha256:") or _digest_of(files, archive)
    if digest != archive.digest:
        raise ChartproofError(
            f"{archive} is published at {files.name} with other content, and a published version"
            f" is never written again; give the chart another version:\n"
            f"  published  {f'sha256:{digest}' if digest else 'with no digest and no file'}\n"
            f"  {archive.path}  sha256:{archive.digest}"
        )
    return True


def _digest_of(files: Files, archive: Archive) -> str:
    content = files.read(archive.file)
    return hashlib.sha256(content).hexdigest() if content is not None else ""


def _archive_steps(files: Files, archive: Archive) -> Iterator[Write | None]:
    """Give the steps that put an archive and its provenance file there."""
    there = files.read(archive.file)
    if there is not None and there != archive.content:
        raise ChartproofError(
            f"{files.name}/{archive.file}: it is there with other content, though {index.FILE} does"
            f" not name it so; remove it if nobody can have got it:\n"
            f"  there  sha256:{hashlib.sha256(there).hexdigest()}\n"
            f"  {archive.path}  sha256:{archive.digest}"
        )
    yield write(archive.file, archive.content, there)
    signature = f"{archive.file}.prov"
    # Signing twice gives two signatures: the one that is published may be in use, so it stays.
    if archive.provenance is not None and not files.has(signature):
        yield write(signature, archive.provenance, None)


def _hold_files(files: Files, old: Index, settings: Settings, coming: set[str]) -> None:
    """Raise ChartproofError where index.yaml names files of the repository that are missing."""
    named = {path for entry in old.all() for _, path in _paths(entry, settings.url)}
    missing = sorted(path for path in named - coming if not files.has(path))
    if missing:
        shown = "".join(f"\n  {path}" for path in missing)
        raise ChartproofError(
            f"{files.name}/{index.FILE}: it names files that are not there; publish them again"
            f" with the others, or take them out of it:{shown}"
        )


def _signed(
    files: Files, merged: Index, archives: Sequence[Archive], settings: Settings
) -> set[str]:
    """Return the URLs of the archives that have, or get, a provenance file."""
    coming = {archive.file for archive in archives if archive.provenance is not None}
    named = [it for entry in merged.all() for it in _paths(entry, settings.url)]
    return {one for one, path in named if path in coming or files.has(f"{path}.prov")}


def _all_paths(entry: Entry | None, url: str | None) -> set[str]:
    """Return where an entry's archive is in the repository; nothing if it is kept elsewhere."""
    return {path for _, path in _paths(entry or {}, url)}


def _paths(entry: Entry, url: str | None) -> Iterator[tuple[str, str]]:
    """Give an entry's URLs, each with the path in the repository, as far as one can tell."""
    for one in map(str, entry.get("urls") or ()):
        if url and one.startswith(f"{url.rstrip('/')}/"):
            yield one, normpath(unquote(one[len(url.rstrip("/")) + 1 :]))
        elif not urlsplit(one).scheme and not one.startswith("/"):
            yield one, normpath(unquote(one))
