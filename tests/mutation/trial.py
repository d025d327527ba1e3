"""Runs, for every mutant, the tests that reach its function, until one goes red."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from types import CodeType, FrameType
from typing import Any

import pytest

from tests.mutation.modules import modules_of
from tests.mutation.mutants import Mutant, function_of, mutants_of, swapped_in


@dataclass(frozen=True)
class Result:
    """A mutant, and the test that killed it; None where all passed."""

    mutant: Mutant
    killer: str | None


@dataclass(eq=False)  # pytest puts its plugins into sets
class Trial:
    """A pytest plugin that breaks modules, and runs the collected tests for each mutant.

    `names` are those of modules, or of packages for all the modules in them.
    `tell` gets each result at once, `done` those of a module after its last. `hint`
    names a test to try before any other. `fault` tells of a test that fails without any mutant, or
    cannot even be collected.
    """

    names: Sequence[str]
    tell: Callable[[Result], None]
    done: Callable[[str, Sequence[Result]], None] = lambda *_: None
    hint: Callable[[Mutant], str | None] = lambda _: None
    results: list[Result] = field(default_factory=list)
    fault: str | None = None
    _failed: list[str] = field(default_factory=list)
    _killed: dict[int, Result] = field(default_factory=dict)  # by id: a function may have two alike

    def pytest_configure(self) -> None:
        """Draw the same examples each time, and do not look for the smallest one that fails."""
        # Not before pytest has started: it rewrites the assertions of plugins as they load.
        from hypothesis import Phase, settings

        phases = [Phase.explicit, Phase.generate]
        drawn = settings(derandomize=True, database=None, deadline=None, phases=phases)
        settings.register_profile("mutants", drawn)
        settings.load_profile("mutants")

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Silence pytest, whose dots and failures are no news here."""
        session.config.pluginmanager.unregister(name="terminalreporter")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a file of tests that cannot be read: without it too much would survive."""
        if report.failed:
            self.fault = f"{report.nodeid} cannot be collected:\n{report.longreprtext}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure of whatever runs."""
        if report.failed:
            self._failed.append(report.longreprtext)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant, unless there is a fault already."""
        if self.fault:
            return True
        mutants = {name: list(mutants_of(import_module(name))) for name in modules_of(self.names)}
        everything = [mutant for those in mutants.values() for mutant in those]
        self._try_hints(session.items, everything)
        left = {_target(mutant) for mutant in everything if id(mutant) not in self._killed}
        # Modules without any left first: to find out what reaches the others takes long.
        in_turn = sorted(
            mutants.items(), key=lambda entry: any(id(it) not in self._killed for it in entry[1])
        )
        reaching: Mapping[CodeType, list[pytest.Item]] | None = None
        for module, those in in_turn:
            if reaching is None and any(id(it) not in self._killed for it in those):
                reaching = {} if self.fault else self._reaching(session.items, left)
            if self.fault:
                return True
            results = [
                self._killed.get(id(it)) or self._result(it, (reaching or {})[_target(it)])
                for it in those
            ]
            self.results += results
            self.done(module, results)
        return True

    def _try_hints(self, items: Sequence[pytest.Item], mutants: Sequence[Mutant]) -> None:
        """Try each mutant with the one test that is said to kill it; most still are."""
        by_id = {item.nodeid: item for item in items}
        sound: set[str] = set()
        for mutant in mutants:
            item = by_id.get(self.hint(mutant) or "")
            if item is None:
                continue
            if item.nodeid not in sound and not self._passes(item):
                return
            sound.add(item.nodeid)
            with swapped_in(mutant):
                is_killed = self._fails(item)
            if is_killed:
                self._killed[id(mutant)] = Result(mutant, item.nodeid)
                self.tell(self._killed[id(mutant)])

    def _result(self, mutant: Mutant, tests: Sequence[pytest.Item]) -> Result:
        with swapped_in(mutant):
            killer = next(filter(self._fails, tests), None)
        result = Result(mutant, killer.nodeid if killer else None)
        self.tell(result)
        return result

    def _passes(self, item: pytest.Item) -> bool:
        """Run a test without any mutant; where it fails that is the fault."""
        if self._fails(item):
            self.fault = f"{item.nodeid} fails without a mutant:\n{self._failed[0]}"
        return self.fault is None

    def _fails(self, item: pytest.Item) -> bool:
        self._failed.clear()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        return bool(self._failed)

    def _reaching(
        self, items: Sequence[pytest.Item], targets: set[CodeType]
    ) -> Mapping[CodeType, list[pytest.Item]]:
        """Pair each function with the tests that run it, those first that run little else."""
        reached: dict[CodeType, list[tuple[int, pytest.Item]]] = defaultdict(list)
        for item in items:
            with _recorded(targets) as codes:
                if not self._passes(item):
                    return {}
            for code in codes:
                reached[code].append((len(codes), item))
        return defaultdict(
            list,
            {
                code: [item for _, item in sorted(pairs, key=lambda pair: pair[0])]
                for code, pairs in reached.items()
            },
        )


def _target(mutant: Mutant) -> CodeType:
    return function_of(mutant).__code__


@contextmanager
def _recorded(targets: set[CodeType]) -> Iterator[set[CodeType]]:
    """Record which of the codes run, in any thread."""
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in targets:
            seen.add(frame.f_code)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
