"""Branches by git's plumbing: read and written without the user's checkout being touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from chartproof.cluster.shell import failure
from chartproof.errors import ChartproofError, InputError
from chartproof.git import Git


class MovedError(ChartproofError):
    """A branch is no longer where it was read: somebody else has written it."""


@dataclass(frozen=True)
class Clone(Git):
    """The clone around a folder."""

    @classmethod
    def around(cls, folder: Path) -> Self:
        """Return the clone. Raises InputError where git knows none."""
        clone = cls(folder)
        if clone.said("rev-parse", "--git-dir") is None:
            raise InputError(f"{folder.resolve()}: expected a folder in a git clone")
        return clone

    def contains(self, commit: str, other: str) -> bool:
        """Tell whether a commit has another one in its history, or is it."""
        return self.said("merge-base", "--is-ancestor", other, commit) is not None

    def checked_out(self, branch: str) -> str | None:
        """Return the folder that a branch is checked out in, or None."""
        folder = None
        for line in (self.said("worktree", "list", "--porcelain") or "").splitlines():
            key, _, value = line.partition(" ")
            if key == "worktree":
                folder = value
            if key == "branch" and value == f"refs/heads/{branch}":
                return folder
        return None

    def move(self, branch: str, commit: str, old: str | None) -> None:
        """Point a branch at a commit. Raises MovedError where it is not at `old` any more."""
        reference = f"refs/heads/{branch}"
        # An empty commit of before stands for a branch that is not there.
        words = ("update-ref", "-m", "chartproof publish", reference, commit, old or "")
        done = self.tried(*words)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace")
            if self.commit_of(reference) != old or "cannot lock" in said:
                raise MovedError(f"{branch}: {said.strip()}")
            raise ChartproofError(failure(["git", "update-ref", reference], done.returncode, said))

    def push(self, remote: str, branch: str, commit: str, old: str | None) -> None:
        """Push a commit. Raises MovedError where the remote's branch is not at `old` any more."""
        reference = f"refs/heads/{branch}"
        lease = f"--force-with-lease={reference}:{old or ''}"
        words = ("push", "--porcelain", lease, remote, f"{commit}:{reference}")
        done = self.tried(*words)
        if not done.returncode:
            return
        now = self.remote_commit(remote, branch)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        if now == commit:  # it arrived, and only the answer was lost
            return
        if now != old:
            raise MovedError(f"{remote} {branch}: {said.strip()}")
        raise ChartproofError(failure(["git", *words], done.returncode, said))

    def remote_commit(self, remote: str, branch: str) -> str | None:
        """Return where a branch of a remote is. Raises ChartproofError where it cannot be asked."""
        listed = self.git("ls-remote", remote, f"refs/heads/{branch}").split()
        return listed[0] if listed else None


@dataclass(frozen=True)
class Tree:
    """The files of a commit, or none of none."""

    clone: Clone
    commit: str | None

    @cached_property
    def _blobs(self) -> Mapping[str, str]:
        if self.commit is None:
            return {}
        listed = self.clone.git("ls-tree", "-r", "-z", "--full-tree", self.commit)
        rows = (row.partition("\t") for row in listed.split("\0") if row)
        return {path: facts.split()[2] for facts, _, path in rows}

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or None where there is no such file."""
        blob = self._blobs.get(path)
        return None if blob is None else self.clone.read("cat-file", "blob", blob)

    def has(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return path in self._blobs

    def commit_with(self, files: Mapping[str, bytes], message: str) -> str:
        """Return a commit on top of this one that has these files too; no branch is moved."""
        with TemporaryDirectory() as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            if self.commit:
                self.clone.git("read-tree", self.commit, env=env)
            for path, content in files.items():
                blob = Path(folder, "blob")
                blob.write_bytes(content)
                # Without filters: git must not touch the ends of lines.
                name = self.clone.git("hash-object", "-w", "--no-filters", str(blob))
                entry = f"100644,{name.strip()},{path}"
                self.clone.git("update-index", "--add", "--cacheinfo", entry, env=env)
            tree = self.clone.git("write-tree", env=env).strip()
        parent = ["-p", self.commit] if self.commit else []
        return self.clone.git("commit-tree", tree, *parent, "-m", message).strip()
