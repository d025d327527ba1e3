"""A classic repository on a branch, as GitHub Pages and others give it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from chartproof.errors import ChartproofError, InputError
from chartproof.publish import classic
from chartproof.publish.archives import Archive
from chartproof.publish.clone import Clone, MovedError, Tree
from chartproof.publish.plan import Plan, Step, Write
from chartproof.publish.settings import Settings

TRIES = 20
"""How often a publisher starts anew because another one was faster."""


class _Base(NamedTuple):
    """Where a publisher starts from: its own branch, the remote's, and the newer of the two."""

    local: str | None
    remote: str | None
    commit: str | None


@dataclass(frozen=True)
class _Files:
    name: str
    tree: Tree

    def read(self, path: str) -> bytes | None:
        return self.tree.read(path)

    def has(self, path: str) -> bool:
        return self.tree.has(path)


@dataclass(frozen=True)
class Branch:
    """A branch of the clone around `folder`, written by plumbing: no checkout is touched."""

    branch: str
    folder: Path

    def plan(self, archives: Sequence[Archive], settings: Settings) -> Plan:
        """Tell what publishing changes; nothing but the remote's objects is fetched."""
        clone = self._clone()
        return self._planned(clone, self._base(clone, settings), archives, settings)

    def apply(self, archives: Sequence[Archive], settings: Settings) -> Plan:
        """Commit, and push if told so; begin anew where another publisher was faster."""
        clone = self._clone()
        if folder := clone.checked_out(self.branch):
            raise InputError(
                f"--to git:{self.branch}: the branch is checked out in {folder}, whose files would"
                f" no longer fit it; publish with --to {folder} and commit, or check out another"
            )
        for _ in range(TRIES):
            try:
                return self._try(clone, archives, settings)
            except MovedError as error:
                moved = error
        raise ChartproofError(f"git:{self.branch}: moved {TRIES} times meanwhile: {moved}")

    def _try(self, clone: Clone, archives: Sequence[Archive], settings: Settings) -> Plan:
        base = self._base(clone, settings)
        plan = self._planned(clone, base, archives, settings)
        files = {step.name: step.content for step in plan.steps if isinstance(step, Write)}
        commit = base.commit
        if files:
            named = ", ".join(str(archive) for archive in archives)
            commit = Tree(clone, base.commit).commit_with(files, f"Publish {named}")
        done = [f"{self.branch} is at {commit}"] if files else []
        if settings.push and commit and commit != base.remote:
            clone.push(settings.remote, self.branch, commit, base.remote)
            done = [f"{settings.remote} {self.branch} is at {commit}"]
        # With a push the branch here only follows, and only if there is one.
        is_moved = base.local is not None if settings.push else bool(files)
        if commit and commit != base.local and is_moved:
            clone.move(self.branch, commit, base.local)
        return replace(plan, done=done)

    def _planned(
        self, clone: Clone, base: _Base, archives: Sequence[Archive], settings: Settings
    ) -> Plan:
        files = _Files(f"git:{self.branch}", Tree(clone, base.commit))
        plan = classic.plan(files, archives, settings)
        if not settings.push or (base.commit == base.remote and not plan.steps):
            return plan
        lines = [] if plan.steps else [f"{settings.remote} lacks commits of {self.branch}"]
        push = Step("push", f"{self.branch} to {settings.remote}", None, lines)
        return replace(plan, steps=[*plan.steps, push])

    def _clone(self) -> Clone:
        clone = Clone.around(self.folder)
        if clone.said("check-ref-format", "--branch", self.branch) is None:
            raise InputError(f"--to git:{self.branch}: no name of a branch")
        return clone

    def _base(self, clone: Clone, settings: Settings) -> _Base:
        """Find what to build on; a push builds on the remote's branch as it is this moment."""
        local = clone.commit_of(f"refs/heads/{self.branch}")
        if not settings.push:
            # As git itself does where a branch is only known from a remote.
            known = clone.commit_of(f"refs/remotes/{settings.remote}/{self.branch}")
            is_behind = known is not None and (local is None or clone.contains(known, local))
            return _Base(local, known, known if is_behind else local)
        remote = clone.remote_commit(settings.remote, self.branch)
        if remote is None:
            return _Base(local, None, local)
        if clone.commit_of(remote) is None:
            fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", settings.remote]
            clone.git(*fetch, f"refs/heads/{self.branch}")
            if clone.commit_of(remote) is None:
                raise MovedError(f"{settings.remote} {self.branch}: moved while it was fetched")
        if local is None or clone.contains(remote, local):
            return _Base(local, remote, remote)
        if clone.contains(local, remote):
            return _Base(local, remote, local)
        raise ChartproofError(
            f"git:{self.branch}: the branch here and the one of {settings.remote} have each"
            f" commits that the other lacks; bring them together first"
        )
