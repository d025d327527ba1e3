"""One release, from the first look to the last upload."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from chartproof import yamlio
from chartproof.chart import check
from chartproof.errors import InputError
from chartproof.package import Package, package
from chartproof.package.worktree import refuse
from chartproof.project.node import Node
from chartproof.provenance import is_signed, sign
from chartproof.publish import Settings as Publishing
from chartproof.publish import publish
from chartproof.publish.oci import SCHEME
from chartproof.publish.target import GIT
from chartproof.releasing.clone import Clone
from chartproof.releasing.gates import Candidate, Outcome, examine
from chartproof.releasing.prepare import prepare
from chartproof.releasing.settings import Settings
from chartproof.semver import Version

Say = Callable[[Outcome], None]


@dataclass(frozen=True)
class Signing:
    """Who signs: what `chartproof sign` is told."""

    key: str
    keyring: Path | None = None
    passphrase_file: Path | None = None


@dataclass(frozen=True)
class Release:
    """A version of a chart, and what of it is there already."""

    clone: Clone
    chart: Path
    """The chart's folder, from the clone's root."""
    version: Version
    settings: Settings

    @classmethod
    def of(cls, chart: Path, version: str) -> Release:
        """Look at a chart's folder and a version to be. Raises InputError."""
        clone = Clone.around(chart)
        check(chart)
        inside = chart.resolve().relative_to(clone.folder.resolve())
        return cls(clone, inside, Version.parse(version), Settings.read(chart))

    @cached_property
    def name(self) -> str:
        """The chart's name. Raises InputError where Chart.yaml has none or is no YAML."""
        metadata = Node.read(self.clone.folder / self.chart / "Chart.yaml")
        fields = metadata.entries()
        if "name" not in fields:
            raise metadata.fault("it has no name")
        return fields["name"].word()

    @property
    def tag(self) -> str:
        """The name of its tag."""
        return self.settings.tag_of(self.name, str(self.version))

    @property
    def folder(self) -> Path:
        """Where its archive is put: a folder for each version."""
        return self.clone.own_folder / self.tag.replace("/", "-")

    def commit(self) -> str | None:
        """Return the commit that was tagged as this version, if one was.

        Raises InputError where that holds another version.
        """
        commit = self.clone.commit_of(f"refs/tags/{self.tag}")
        if commit:
            text = self.clone.git("show", f"{commit}:{self.chart.as_posix()}/Chart.yaml")
            tagged = str(yamlio.load(text).get("version"))
            if tagged != str(self.version):
                raise InputError(f"the tag {self.tag} is there, and its chart has version {tagged}")
        return commit


def release(
    chart: Path,
    version: str,
    *,
    apply: bool,
    say: Say,
    remote: str | None = None,
    signing: Signing | None = None,
    publishing: Publishing | None = None,
) -> bool:
    """Release a version of the chart in a folder; tell whether every gate was open.

    A run after one that ended early goes on where that ended. `remote` is where branch and tag are
    pushed to, before anything is published: nothing is, where somebody else was first. Raises
    InputError and ChartproofError.
    """
    it = Release.of(chart, version)
    commit = it.commit()
    if commit:
        say(Outcome("tag", f"{it.tag} is there: {commit[:12]}"))
    else:
        commit = make_commit(it, say, apply=apply)
    if commit is None:
        return False
    if remote and apply:
        it.clone.take(commit)
        it.clone.push(remote, it.clone.branch, f"refs/tags/{it.tag}")
        say(Outcome("push", f"to {remote}"))
    packed = make_archive(it, commit, signing if apply else None, say)
    for target in it.settings.publish:
        put(packed, target, publishing or Publishing(), it.clone.folder, say, apply=apply)
    return True


def make_commit(release: Release, say: Say, *, apply: bool) -> str | None:
    """Commit and tag the version once every gate is open; None where one is closed.

    Without `apply` the branch stays where it is and nothing is tagged.
    """
    clone, version = release.clone, release.version
    refuse(clone.changes(), clone.folder)
    branch = clone.branch
    with work_tree(release, "HEAD") as tree:
        chart = tree.folder / release.chart
        log = release.settings.changelog_of(chart, tree.folder)
        changed = prepare(chart, log, str(version), datetime.now(UTC).date())
        commit = tree.commit(changed, f"Release {release.name} {version}")
        if changed:
            say(Outcome("files", tree.git("show", "--format=", "--unified=0", commit).strip()))
        is_open = True
        for outcome in examine(_candidate(release, tree)):
            say(outcome)
            is_open = is_open and not outcome.faults
    if not is_open:
        return None
    if apply:
        clone.take(commit)
        clone.tag(release.tag, commit, f"{release.name} {version}")
        say(Outcome("tag", f"{release.tag} is {commit[:12]} on {branch}"))
    else:
        say(Outcome("tag", f"would be {release.tag}"))
    return commit


def make_archive(release: Release, commit: str, signing: Signing | None, say: Say) -> Package:
    """Pack the commit, and sign that unless it is signed: its bytes are the same each time."""
    with work_tree(release, commit) as tree:
        packed = package(tree.folder / release.chart, release.folder)
    say(Outcome("archive", f"{packed.path.name} sha256:{packed.digest}"))
    if signing and not is_signed(packed.path):
        sign(packed.path, signing.key, signing.keyring, signing.passphrase_file)
        say(Outcome("signature", f"by {signing.key}"))
    return packed


def put(
    packed: Package, to: str, publishing: Publishing, root: Path, say: Say, *, apply: bool
) -> None:
    """Publish an archive, or tell what that would change; what is there already is left alone.

    A folder is looked for from the repository's topmost one.
    """
    is_registry, is_branch = to.startswith(SCHEME), to.startswith(GIT)
    own = replace(
        publishing,
        push=publishing.push and is_branch,
        plain_http=publishing.plain_http and is_registry,
        registry_config=publishing.registry_config if is_registry else None,
    )
    target = to if is_registry or is_branch else str(root / to)
    plan = publish([packed.path], target, own, apply=apply)
    shown = "\n".join([*plan.shown(), *plan.done])
    say(Outcome("publish", shown if plan.changes else f"{to}: nothing to do"))


@contextmanager
def work_tree(release: Release, commit: str) -> Iterator[Clone]:
    """Give a commit's files, and the subcharts that git ignores but the archive needs."""
    with release.clone.tree(commit) as tree:
        for archive in (release.clone.folder / release.chart / "charts").glob("*.tgz"):
            target = tree.folder / release.chart / "charts" / archive.name
            if not target.exists():
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(archive, target)
        yield tree


def _candidate(release: Release, tree: Clone) -> Candidate:
    settings = release.settings
    tags = release.clone.tags(settings.tag_of(release.name, "*"))
    released = settings.versions(release.name, tags)
    last = max(released, default=None)
    return Candidate(
        root=tree.folder,
        chart=release.chart.as_posix(),
        version=release.version,
        last=last,
        last_tag=released[last] if last else "",
        coverage=settings.coverage,
        checks=settings.checks,
    )
