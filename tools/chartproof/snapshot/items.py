"""Pytest items: the tests that a folder holds the snapshots it should."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chartproof.cases import Case
from chartproof.errors import ChartproofError
from chartproof.project import FILE
from chartproof.snapshot import files, settings
from chartproof.snapshot.session import ChartSession, ahead
from chartproof.snapshot.summary import APPROVED, DELETED, KEPT, KNOWN
from chartproof.snapshot.text import Rendered

if TYPE_CHECKING:
    from chartproof.snapshot.explain import Explanation


class SnapshotTest(pytest.Item):
    """The test of a folder of snapshots."""

    folder: Path

    def rendered(self) -> Rendered:
        """Give the snapshots there should be. Raises ChartproofError."""
        raise NotImplementedError

    def known(self) -> str | None:
        """Return the digest of the snapshots there should be, where an earlier run found it out."""
        return None

    def learn(self, snapshots: str) -> None:
        """Take the digest of the snapshots that are as they should be, for later runs."""

    def reservation(self) -> Iterator[str]:
        """Say why the render must not be taken for right, a line each; nothing if it may be."""
        yield from ()

    def causes(self, name: str, there: bytes, text: str) -> Iterator[str]:
        """Say where in the chart the changes of a snapshot come from."""
        raise NotImplementedError

    @property
    def mend_by(self) -> str:
        """What makes pytest run this test."""
        raise NotImplementedError

    def runtest(self) -> None:
        """Fail where render and folder differ; a run that updates snapshots mends them instead."""
        there = files.read(self.folder)
        if (known := self.known()) and files.digest(there) == known:
            self.user_properties += [(APPROVED, len(there)), (KNOWN, True)]
            return
        try:
            rendered = self.rendered()
        except ChartproofError as error:
            message = str(error).replace(f"{self.config.invocation_params.dir}{os.sep}", "")
            raise pytest.fail.Exception(message, pytrace=False) from None
        if there == {name: text.text.encode() for name, text in rendered.texts.items()}:
            self.user_properties.append((APPROVED, len(there)))
            if rendered.is_repeatable:
                self.learn(files.digest(there))
        else:
            self._judge(rendered, there)

    def _judge(self, rendered: Rendered, there: dict[str, bytes]) -> None:
        # Imported where something differs: it takes as long to load as fifty cases to check.
        from chartproof.snapshot.compare import compare

        if not rendered.is_repeatable and (reservation := list(self.reservation())):
            pytest.fail("\n".join(reservation), pytrace=False)
        texts = rendered.texts
        found = compare(texts, there, self.folder, self)
        if verdict := self._tolerates_unused():
            for name in found.unused:
                self.user_properties.append((verdict, self.typed(self.folder / name)))
            if verdict == DELETED:
                delete(self.folder, found.unused)
            found = replace(found, unused=[])
        if found:
            headline = f"{found} in {self.typed(self.folder)}"
            mend = f"pytest {self.mend_by} --snapshot-update"
            details = found.details(
                texts, lambda name: self.causes(name, there[name], texts[name].text)
            )
            report = [headline, *details, f"If the chart is right, run: {mend}"]
            pytest.fail("\n".join(report), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Report the node's path: the function that runs is none of the user's."""
        file = os.path.relpath(self.path, self.config.rootpath)
        return self.path, None, file if self.name == settings.TEST else f"{file}::{self.name}"

    @property
    def obj(self) -> object:
        """What syrupy takes for the test function."""
        return self.runtest

    def typed(self, path: Path) -> str:
        """Write a path as the user would type it."""
        return os.path.relpath(path, self.config.invocation_params.dir)

    def _tolerates_unused(self) -> str | None:
        """Say what syrupy's options make of unused snapshots; None means that they fail."""
        option = self.config.option
        if option.warn_unused_snapshots:
            return KEPT
        if option.update_snapshots:
            return KEPT if getattr(option, "no_cleanup", False) else DELETED
        return None


class CaseTest(SnapshotTest):
    """The test of a case."""

    def __init__(self, *, chart: ChartSession, case: Case, **node: Any) -> None:
        super().__init__(**node)
        self.case = case
        self.chart = chart.folder
        self.folder = chart.snapshots / case.name
        self._shared = chart

    @cached_property
    def _explanation(self) -> Explanation:
        from chartproof.snapshot.explain import Explanation

        return Explanation(self._shared.loaded, self.case)

    @property
    def for_later(self) -> bool:
        """Whether later runs are to know of it."""
        return self._shared.known is not None

    def rendered(self) -> Rendered:
        """Render the case, and others ahead of their turn."""
        return ahead(self.config, coming(self.session)).rendered(self)

    def known(self) -> str | None:
        """Look the case up as it is now."""
        return self._shared.known.snapshots(self.case) if self._shared.known else None

    def learn(self, snapshots: str) -> None:
        """Note them down."""
        if self._shared.known is not None:
            self._shared.known.learn(self.case, snapshots)

    def reservation(self) -> Iterator[str]:
        """Render once more, and tell of what is random."""
        from chartproof.snapshot.repeat import proposal

        if self.case.expected_failure is None and (masks := self._explanation.random_values):
            yield from proposal(masks, self.typed(self.chart / FILE))

    def causes(self, name: str, there: bytes, text: str) -> Iterator[str]:
        """Trace each changed field."""
        start = self.config.invocation_params.dir
        return self._explanation.causes(name, there.decode(errors="replace"), text, start)

    @property
    def mend_by(self) -> str:
        """The file, and the case where the file has several."""
        file = self.typed(self.path)
        return file if self.name == settings.TEST else f"{file}::{self.name}"


class LeftoverTest(SnapshotTest):
    """The test of a folder whose case has gone: it should hold none."""

    def __init__(self, **node: Any) -> None:
        super().__init__(**node)
        self.folder = self.path

    def rendered(self) -> Rendered:
        """Render nothing."""
        return Rendered({}, is_repeatable=True)

    @property
    def mend_by(self) -> str:
        """What collects this node: its own path is not where it is found."""
        return self.typed(self.parent.parent.path)  # type: ignore[union-attr]


def coming(session: pytest.Session) -> Iterator[CaseTest]:
    """Go through the cases to render in turn; a worker of pytest-xdist is not told its own."""
    if not hasattr(session.config, "workerinput"):
        for item in session.items:
            if isinstance(item, CaseTest) and not item.known():
                yield item


def delete(folder: Path, names: Iterable[str]) -> None:
    """Delete files of a folder, and the folder once it is empty."""
    for name in names:
        (folder / name).unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
