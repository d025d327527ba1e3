"""The snapshot files of a case, read and named at the least cost: large charts have thousands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from chartproof.digest import digest as of_parts
from chartproof.snapshot.text import NOTES

_CHUNK = 1 << 12
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)  # Windows alone has it, and needs it


def read(folder: Path) -> dict[str, bytes]:
    """Read the snapshots in a folder, passing over what else people keep there."""
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return {}
    with entries:
        names = [entry.name for entry in entries if is_snapshot(entry.name)]
    # By descriptors: a Python file object costs more than its file's bytes, as does a long path.
    if os.open not in os.supports_dir_fd:
        return {name: _read(f"{folder}{os.sep}{name}") for name in names}
    place = os.open(folder, os.O_RDONLY)
    try:
        return {name: _read(name, place) for name in names}
    finally:
        os.close(place)


def holds_any(folder: Path) -> bool:
    """Tell whether there are snapshots in a folder."""
    return any(is_snapshot(path.name) for path in folder.iterdir())


def is_snapshot(name: str) -> bool:
    """Tell whether a file of this name is a snapshot."""
    return name.endswith(".yaml") or name == NOTES


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of names and contents, in hexadecimal."""
    named = sorted(files.items())
    return of_parts(*(part for name, content in named for part in (name.encode(), content)))


def _read(path: str, place: int | None = None) -> bytes:
    descriptor = os.open(path, _FLAGS, dir_fd=place)
    try:
        content = part = os.read(descriptor, _CHUNK)
        while len(part) == _CHUNK:
            part = os.read(descriptor, _CHUNK)
            content += part
    finally:
        os.close(descriptor)
    return content
