"""The git repository that a chart is released from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chartproof.errors import ChartproofError, InputError
from chartproof.git import Git


@dataclass(frozen=True)
class Clone(Git):
    """A work tree with its branch; `folder` is its topmost one."""

    @classmethod
    def around(cls, folder: Path) -> Self:
        """Return the clone that a folder is in. Raises InputError where it is in none."""
        if not folder.is_dir():
            raise InputError(f"{folder}: no such chart folder")
        top = Git(folder).top
        if top is None:
            raise InputError(f"{folder}: it is in no git repository: a release is a commit")
        return cls(top)

    @property
    def branch(self) -> str:
        """The branch that is checked out. Raises InputError where none is."""
        name = self.said("symbolic-ref", "--quiet", "--short", "HEAD")
        if name is None:
            raise InputError(
                f"{self.folder}: no branch is checked out, so none could hold a release"
            )
        return name

    def changes(self) -> list[str]:
        """Return git's short lines on what is not committed: `M file`, `?? file`."""
        lines = self.git("status", "--porcelain").splitlines()
        return [" ".join(line.split(maxsplit=1)) for line in lines]

    def tags(self, pattern: str, merged: str = "HEAD") -> list[str]:
        """Return the tags of a commit and those before it that fit a pattern of git's."""
        return self.git("tag", "--list", pattern, "--merged", merged).split()

    @property
    def own_folder(self) -> Path:
        """Where chartproof may keep files: in the repository's own folder, where git ignores it."""
        return self.folder / self.git("rev-parse", "--git-common-dir").strip() / "chartproof"

    @contextmanager
    def tree(self, commit: str) -> Iterator[Self]:
        """Give a work tree of its own for a commit, which goes when the block ends."""
        # Always the same folder, so that what a killed run left is found, and goes too.
        folder = self.own_folder / "tree"
        self._remove(folder)
        self.git("worktree", "add", "--quiet", "--detach", str(folder), commit)
        try:
            yield type(self)(folder)
        finally:
            self._remove(folder)

    def commit(self, files: Sequence[Path], message: str) -> str:
        """Commit files, if any, and return the commit that is then checked out."""
        if files:
            self.git("commit", "--quiet", "--message", message, "--", *map(str, files))
        return self.git("rev-parse", "HEAD").strip()

    def take(self, commit: str) -> None:
        """Move the branch, and its work tree, on to a commit that follows it.

        Raises ChartproofError where the branch has moved elsewhere.
        """
        if self.git("merge-base", commit, "HEAD").strip() == commit:
            return
        try:
            self.git("merge", "--quiet", "--ff-only", commit)
        except ChartproofError as error:
            raise ChartproofError(
                f"the branch {self.branch} has moved on since {commit[:12]} was made; merge that:"
                f" git merge {commit[:12]}"
            ) from error

    def tag(self, name: str, commit: str, message: str) -> None:
        """Make an annotated tag."""
        self.git("tag", "--annotate", "--message", message, name, commit)

    def push(self, remote: str, *names: str) -> None:
        """Push branches and tags, all of them or none."""
        self.git("push", "--quiet", "--atomic", remote, *names)

    def _remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.git("worktree", "prune")
