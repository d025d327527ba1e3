"""The git repository that a chart is released from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chartproof.cluster.shell import run
from chartproof.errors import ChartproofError, InputError


@dataclass(frozen=True)
class Clone:
    """A work tree with its branch; `root` is its topmost folder."""

    root: Path

    @classmethod
    def around(cls, folder: Path) -> Clone:
        """Return the clone that a folder is in. Raises InputError where it is in none."""
        if not folder.is_dir():
            raise InputError(f"{folder}: no such chart folder")
        found = run(["git", "rev-parse", "--show-toplevel"], cwd=folder, check=False)
        if found.returncode != 0:
            raise InputError(f"{folder}: it is in no git repository: a release is a commit")
        return cls(Path(found.stdout.strip()))

    @property
    def branch(self) -> str:
        """The branch that is checked out. Raises InputError where none is."""
        found = run(
            ["git", "symbolic-ref", "--quiet", "--short", "HEAD"], cwd=self.root, check=False
        )
        if found.returncode != 0:
            raise InputError(f"{self.root}: no branch is checked out, so none could hold a release")
        return found.stdout.strip()

    def changes(self) -> list[str]:
        """Return git's short lines on what is not committed: `M file`, `?? file`."""
        lines = self.git("status", "--porcelain").splitlines()
        return [" ".join(line.split(maxsplit=1)) for line in lines]

    def commit_of(self, name: str) -> str | None:
        """Return the commit of a tag or branch; None where there is no such."""
        words = ["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
        return run(words, cwd=self.root, check=False).stdout.strip() or None

    def tags(self, pattern: str, merged: str = "HEAD") -> list[str]:
        """Return the tags of a commit and those before it that fit a pattern of git's."""
        return self.git("tag", "--list", pattern, "--merged", merged).split()

    @property
    def own_folder(self) -> Path:
        """Where chartproof may keep files: in the repository's own folder, where git ignores it."""
        return self.root / self.git("rev-parse", "--git-common-dir").strip() / "chartproof"

    @contextmanager
    def tree(self, commit: str) -> Iterator[Clone]:
        """Give a work tree of its own for a commit, which goes when the block ends."""
        # Always the same folder, so that what a killed run left is found, and goes too.
        folder = self.own_folder / "tree"
        self._remove(folder)
        self.git("worktree", "add", "--quiet", "--detach", str(folder), commit)
        try:
            yield Clone(folder)
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

    def git(self, *words: str) -> str:
        """Run git here and return what it prints. Raises ChartproofError."""
        return run(["git", *words], cwd=self.root).stdout
