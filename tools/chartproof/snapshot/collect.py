"""Pytest nodes: the ci/ folder of a chart collects its case files, each of which is one test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from chartproof.cases import Case, cases_of
from chartproof.chart import Chart
from chartproof.errors import ChartproofError
from chartproof.snapshot import settings
from chartproof.snapshot.compare import compare, snapshots_in
from chartproof.snapshot.text import Text, Writer

DELETED, KEPT = "deleted unused snapshot", "unused snapshot"


class CasesFolder(pytest.Directory):
    """The ci/ folder of a chart."""

    @cached_property
    def writer(self) -> Writer:
        """The writer of the chart's snapshots, made when the first case runs."""
        return Writer(Chart.load(self.path.parent))

    def collect(self) -> Iterable[pytest.Collector]:
        """Collect the case files, and the snapshot folders whose case has gone."""
        snapshots = settings.snapshots(self.config, self.path.parent)
        leftover = {it.name: it for it in snapshots.glob("*/") if snapshots_in(it)}
        for case in cases_of(self.path.parent):
            leftover.pop(case.name, None)
            for file in case.files:
                if not self.ihook.pytest_ignore_collect(collection_path=file, config=self.config):
                    folder = snapshots / case.name
                    yield CaseFile.from_parent(self, path=file, folder=folder, case=case)
        for folder in sorted(leftover.values()):
            yield LeftoverFolder.from_parent(self, path=folder, folder=folder)


class SnapshotFolder(pytest.File):
    """One test: that a folder holds the snapshots it should."""

    parent: CasesFolder

    def __init__(self, *, folder: Path, **node: Any) -> None:
        super().__init__(**node)
        self.folder = folder

    def rendered(self) -> Mapping[str, Text]:
        """Give the snapshots there should be. Raises ChartproofError."""
        raise NotImplementedError

    @property
    def mend_by(self) -> Path:
        """The path that makes pytest collect this node."""
        raise NotImplementedError

    def collect(self) -> Iterable[pytest.Item]:
        """Collect the one test."""
        yield SnapshotTest.from_parent(self, name="snapshot", callobj=self.check)

    def check(
        self, snapshot: SnapshotAssertion, record_property: Callable[[str, object], None]
    ) -> None:
        """Fail where render and folder differ; a run that updates snapshots mends them instead."""
        try:
            rendered = self.rendered()
        except ChartproofError as error:
            message = str(error).replace(f"{self.config.invocation_params.dir}{os.sep}", "")
            raise pytest.fail.Exception(message, pytrace=False) from None
        found = compare(rendered, self.folder, snapshot, self.config)
        if verdict := self._tolerates_unused():
            for name in found.unused:
                record_property(verdict, self._typed(self.folder / name))
            if verdict == DELETED:
                delete(self.folder, found.unused)
            found = replace(found, unused=[])
        if found:
            headline = f"{found} in {self._typed(self.folder)}"
            mend = f"pytest {self._typed(self.mend_by)} --snapshot-update"
            report = [headline, *found.details(rendered), f"If the chart is right, run: {mend}"]
            pytest.fail("\n".join(report), pytrace=False)

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


class CaseFile(SnapshotFolder):
    """A values file to render the chart with."""

    def __init__(self, *, case: Case, **node: Any) -> None:
        super().__init__(**node)
        self.case = case

    def rendered(self) -> Mapping[str, Text]:
        """Render the case."""
        return self.parent.writer.texts(self.case.values, self.case.options)

    @property
    def mend_by(self) -> Path:
        """The file itself."""
        return self.path


class LeftoverFolder(SnapshotFolder):
    """The snapshots of a case that is no more."""

    def rendered(self) -> Mapping[str, Text]:
        """Render nothing."""
        return {}

    @property
    def mend_by(self) -> Path:
        """The folder of the cases, as this node's own path is not where it is collected."""
        return self.parent.path


class SnapshotTest(pytest.Function):
    """The test of a snapshot folder."""

    def reportinfo(self) -> tuple[Path, None, str]:
        """Report the node's path: the function that runs is none of the user's."""
        return self.path, None, os.path.relpath(self.path, self.config.rootpath)


def delete(folder: Path, names: Iterable[str]) -> None:
    """Delete files of a folder, and the folder once it is empty."""
    for name in names:
        (folder / name).unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
