"""A classic repository as a test looks at it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def index_of(folder: Path) -> dict[str, Any]:
    """Read index.yaml, as strictly as any reader."""
    body = yaml.safe_load((folder / "index.yaml").read_text())
    assert isinstance(body, dict)
    return body


def versions(folder: Path, name: str = "shop") -> list[str]:
    """Return the versions of a chart, in the order of the index."""
    return [entry["version"] for entry in index_of(folder)["entries"].get(name, [])]


def content(folder: Path) -> Mapping[str, bytes]:
    """Return every file by its name."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def assert_valid(folder: Path) -> None:
    """Hold every file that the index names to its digest."""
    for entries in index_of(folder)["entries"].values():
        for entry in entries:
            for url in entry["urls"]:
                archive = (folder / url).read_bytes()
                assert hashlib.sha256(archive).hexdigest() == entry["digest"]
