"""Pytest nodes: the ci/ folder of a chart collects its case files, each of which is one test."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from chartproof.cases import Case
from chartproof.errors import ChartproofError
from chartproof.project.file import cases_of
from chartproof.snapshot import files, settings
from chartproof.snapshot.ahead import Ahead
from chartproof.snapshot.known import Known
from chartproof.snapshot.renderer import Renderer
from chartproof.snapshot.summary import APPROVED, DELETED, KEPT, KNOWN
from chartproof.snapshot.text import Rendered, Texts

_RENDERER = pytest.StashKey[Renderer]()
_AHEAD = pytest.StashKey[Ahead]()


class CasesFolder(pytest.Directory):
    """The ci/ folder of a chart."""

    @cached_property
    def known(self) -> Known | None:
        """What is known of the cases from earlier runs, None where the run is to know nothing."""
        folder = settings.cache(self.config)
        if folder is None:
            return None
        known = Known(folder, self.path.parent)
        self.config.add_cleanup(known.write)
        return known

    def collect(self) -> Iterable[pytest.Collector]:
        """Collect the case files, and the snapshot folders whose case has gone."""
        chart = self.path.parent
        if not self.config.option.collectonly and not self.known:
            renderer(self.config).load(chart)
        snapshots = settings.snapshots(self.config, chart)
        cases = cases_of(chart)
        for case in cases:
            for file in case.files:
                if not self.ihook.pytest_ignore_collect(collection_path=file, config=self.config):
                    folder = snapshots / case.name
                    yield CaseFile.from_parent(self, path=file, folder=folder, case=case)
        names = {case.name for case in cases}
        leftover = (it for it in snapshots.glob("*/") if it.name not in names)
        for folder in sorted(filter(files.holds_any, leftover)):
            yield LeftoverFolder.from_parent(self, path=folder, folder=folder)


class SnapshotFolder(pytest.File):
    """One test: that a folder holds the snapshots it should."""

    parent: CasesFolder

    def __init__(self, *, folder: Path, **node: Any) -> None:
        super().__init__(**node)
        self.folder = folder

    def rendered(self) -> Rendered:
        """Give the snapshots there should be. Raises ChartproofError."""
        raise NotImplementedError

    def known(self) -> str | None:
        """Return the digest of the snapshots there should be, where an earlier run found it out."""
        return None

    def learn(self, snapshots: str) -> None:
        """Take the digest of the snapshots that are as they should be, for later runs."""

    @property
    def mend_by(self) -> Path:
        """The path that makes pytest collect this node."""
        raise NotImplementedError

    def collect(self) -> Iterable[pytest.Item]:
        """Collect the one test."""
        yield SnapshotTest.from_parent(self, name="snapshot")


class CaseFile(SnapshotFolder):
    """A values file to render the chart with."""

    def __init__(self, *, case: Case, **node: Any) -> None:
        super().__init__(**node)
        self.case = case
        self.chart = self.parent.path.parent

    @property
    def for_later(self) -> bool:
        """Whether later runs are to know of it."""
        return self.parent.known is not None

    def rendered(self) -> Rendered:
        """Render the case, and others ahead of their turn."""
        stash = self.config.stash
        if _AHEAD not in stash:
            stash[_AHEAD] = Ahead(renderer(self.config), coming(self.session))
        return stash[_AHEAD].rendered(self)

    def known(self) -> str | None:
        """Look the case up as it is now."""
        return self.parent.known.snapshots(self.case) if self.parent.known else None

    def learn(self, snapshots: str) -> None:
        """Note them down."""
        if self.parent.known is not None:
            self.parent.known.learn(self.case, snapshots)

    @property
    def mend_by(self) -> Path:
        """The file itself."""
        return self.path


class LeftoverFolder(SnapshotFolder):
    """The snapshots of a case that is no more."""

    def rendered(self) -> Rendered:
        """Render nothing."""
        return Rendered({}, is_repeatable=False)

    @property
    def mend_by(self) -> Path:
        """The folder of the cases, as this node's own path is not where it is collected."""
        return self.parent.path


class SnapshotTest(pytest.Item):
    """The test of a snapshot folder."""

    parent: SnapshotFolder

    def runtest(self) -> None:
        """Fail where render and folder differ; a run that updates snapshots mends them instead."""
        there = files.read(self.parent.folder)
        if (known := self.parent.known()) and files.digest(there) == known:
            self.user_properties += [(APPROVED, len(there)), (KNOWN, True)]
            return
        try:
            rendered = self.parent.rendered()
        except ChartproofError as error:
            message = str(error).replace(f"{self.config.invocation_params.dir}{os.sep}", "")
            raise pytest.fail.Exception(message, pytrace=False) from None
        if there == {name: text.text.encode() for name, text in rendered.texts.items()}:
            self.user_properties.append((APPROVED, len(there)))
            if rendered.is_repeatable:
                self.parent.learn(files.digest(there))
        else:
            self._judge(rendered.texts, there)

    def _judge(self, texts: Texts, there: dict[str, bytes]) -> None:
        # Imported where something differs: it takes as long to load as fifty cases to check.
        from chartproof.snapshot.compare import compare

        folder = self.parent.folder
        found = compare(texts, there, folder, self)
        if verdict := self._tolerates_unused():
            for name in found.unused:
                self.user_properties.append((verdict, self._typed(folder / name)))
            if verdict == DELETED:
                delete(folder, found.unused)
            found = replace(found, unused=[])
        if found:
            headline = f"{found} in {self._typed(folder)}"
            mend = f"pytest {self._typed(self.parent.mend_by)} --snapshot-update"
            report = [headline, *found.details(texts), f"If the chart is right, run: {mend}"]
            pytest.fail("\n".join(report), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Report the node's path: the function that runs is none of the user's."""
        return self.path, None, os.path.relpath(self.path, self.config.rootpath)

    @property
    def obj(self) -> object:
        """What syrupy takes for the test function."""
        return self.runtest

    def _tolerates_unused(self) -> str | None:
        """Say what syrupy's options make of unused snapshots; None means that they fail."""
        option = self.config.option
        if option.warn_unused_snapshots:
            return KEPT
        if option.update_snapshots:
            return KEPT if getattr(option, "no_cleanup", False) else DELETED
        return None

    def _typed(self, path: Path) -> str:
        """Write a path as the user would type it."""
        return os.path.relpath(path, self.config.invocation_params.dir)


def renderer(config: pytest.Config) -> Renderer:
    """Give the session's renderer; the first call starts its process."""
    if _RENDERER not in config.stash:
        config.stash[_RENDERER] = Renderer()
        config.add_cleanup(config.stash[_RENDERER].close)
    return config.stash[_RENDERER]


def coming(session: pytest.Session) -> Iterator[CaseFile]:
    """Go through the cases to render in turn; a worker of pytest-xdist is not told its own."""
    if not hasattr(session.config, "workerinput"):
        for item in session.items:
            if isinstance(item.parent, CaseFile) and not item.parent.known():
                yield item.parent


def delete(folder: Path, names: Iterable[str]) -> None:
    """Delete files of a folder, and the folder once it is empty."""
    for name in names:
        (folder / name).unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
