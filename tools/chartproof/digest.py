"""Digests that tell whether anything is other than it was: a chart, a case, chartproof itself."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import chartproof
from chartproof.cases import Case


def digest(*parts: bytes) -> str:
    """Return the SHA-256 of parts, in hexadecimal; where one ends and the next begins counts."""
    sizes = repr(list(map(len, parts))).encode()
    return hashlib.sha256(sizes + b"".join(parts)).hexdigest()


@cache
def of_program(libraries: Sequence[str]) -> bytes:
    """Digest chartproof's own code, the Python that runs it, and the versions of libraries."""
    versions = [f"{name} {_version(name)}" for name in libraries]
    sources = sorted(Path(chartproof.__file__).parent.rglob("*.py"))
    contents = (source.read_bytes() for source in sources)
    return digest(*map(str.encode, [sys.version, *versions]), *contents).encode()


def _version(library: str) -> str:
    """Return the version that is installed, "" for a library that another one no longer needs."""
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def of_case(case: Case) -> str:
    """Digest a case: all its fields, and the content of its files."""
    return digest(repr(case).encode(), *map(content, case.files))


def content(file: Path) -> bytes:
    """Return what is in a file, or why that cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        return repr(error).encode()


def of_chart(chart: Path, folders: Collection[str] = ()) -> bytes:
    """Digest every file and folder of a chart, or the archive that it is.

    Left out are those of `folders`, by their names in the chart, that Helm is told to ignore.
    Raises OSError for a file that cannot be read.
    """
    if chart.is_file():
        return digest(chart.read_bytes()).encode()
    parts = []
    for path in _below(chart, ignored(chart, folders)):
        parts += [os.fsencode(path.relative_to(chart)), _what(path)]
    return digest(*parts).encode()


def _below(folder: Path, left_out: Collection[str]) -> Iterator[Path]:
    """List all files and folders in order, those behind links too."""
    for root, folders, names in os.walk(folder, followlinks=True):
        if root == str(folder):
            folders[:] = [it for it in folders if it not in left_out]
        yield from (Path(root, name) for name in sorted([*folders, *names]))
        folders[:] = sorted(it for it in folders if not _leads_back(Path(root, it)))


def _what(path: Path) -> bytes:
    """Return what is in a file, or what else there is: a folder, or a link to nothing."""
    if path.is_file():
        return b"file " + path.read_bytes()
    return b"folder" if path.is_dir() else b"other"


def _leads_back(folder: Path) -> bool:
    """Tell whether a folder is a link to one that it is in."""
    return folder.is_symlink() and folder.parent.resolve().is_relative_to(folder.resolve())


def ignored(chart: Path, folders: Collection[str]) -> set[str]:
    """Return the folders that .helmignore plainly names, none where it takes anything back."""
    try:
        rules = {line.strip() for line in (chart / ".helmignore").read_text().splitlines()}
    except (OSError, UnicodeDecodeError):
        return set()
    if any(rule.startswith("!") for rule in rules):
        return set()
    return {it for it in folders if not rules.isdisjoint({it, f"{it}/", f"/{it}", f"/{it}/"})}
