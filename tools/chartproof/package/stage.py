"""A copy of a chart that can be packed: the right files, each with the same time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from chartproof.errors import InputError
from chartproof.package.worktree import WorkTree, refuse

SOURCE_DATE_EPOCH = "SOURCE_DATE_EPOCH"
OLDEST = 315_532_800
"""1980-01-01, the first second that every archive format can name; seconds since 1970."""


def stage(chart: Path, copy: Path, allow_dirty: bool) -> None:
    """Copy what belongs into the archive, links as what they lead to.

    In a clone those are the tracked files, and with `allow_dirty` those that git does not ignore;
    outside of one it is every file. Raises InputError where the clone has changes.
    """
    tree = WorkTree.around(chart)
    if tree is None:
        _copy(chart, copy, _all_files(chart))
        return
    if not allow_dirty:
        refuse(tree.changes(), chart)
    _copy(chart, copy, tree.files(untracked=allow_dirty))


def set_times(folder: Path, when: int) -> None:
    """Give every file one time, in seconds since 1970."""
    for file in folder.rglob("*"):
        os.utime(file, (when, when))


def time_of_all() -> int:
    """Return SOURCE_DATE_EPOCH, or a time that is the same for every commit and clone.

    Raises InputError where the variable is no number.
    """
    given = os.environ.get(SOURCE_DATE_EPOCH)
    if not given:
        return OLDEST
    if not given.isdecimal():
        raise InputError(f"{SOURCE_DATE_EPOCH}={given}: expected seconds since 1970")
    return int(given)


def _all_files(chart: Path) -> Iterable[Path]:
    for folder, folders, files in os.walk(chart, followlinks=True):
        folders[:] = sorted(set(folders) - {".git"})
        for name in sorted(files):
            yield Path(folder, name).relative_to(chart)


def _copy(chart: Path, copy: Path, files: Iterable[Path]) -> None:
    for path in files:
        source, target = chart / path, copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():  # a link to a folder is one entry in git
            shutil.copytree(source, target, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(source, target)
