"""Runs, for every mutant, the tests that reach its function, until one goes red."""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest

from tests.mutation.mutants import Mutant, function_of, mutants_of, swapped_in

_NO_CHECKS = tuple(
    f"chartproof.snapshot.{name}" for name in ("ahead", "render_process", "renderer", "run")
)
"""Modules in the packages that start processes and check nothing themselves."""


@dataclass(frozen=True)
class Result:
    """A mutant, and the test that killed it; None where all passed."""

    mutant: Mutant
    killer: str | None


@dataclass
class Trial:
    """A pytest plugin that breaks modules, and runs the collected tests for each mutant.

    `names` are those of modules, or of packages for all the modules in them.
    `tell` gets each result at once. `fault` tells of a test that fails without any mutant.
    """

    names: Sequence[str]
    tell: Callable[[Result], None]
    results: list[Result] = field(default_factory=list)
    fault: str | None = None
    _failed: list[str] = field(default_factory=list)

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

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember a failure of whatever runs."""
        if report.failed:
            self._failed.append(report.longreprtext)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant."""
        mutants = [one for module in _modules(self.names) for one in mutants_of(module)]
        reaching = self._reaching(session.items, set(map(_target, mutants)))
        if reaching is None:
            return True
        for mutant in mutants:
            tests = reaching[_target(mutant)]
            with swapped_in(mutant):
                killer = next((test.nodeid for test in tests if self._fails(test)), None)
            result = Result(mutant, killer)
            self.results.append(result)
            self.tell(result)
        return True

    def _fails(self, item: pytest.Item) -> bool:
        self._failed.clear()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        return bool(self._failed)

    def _reaching(
        self, items: Sequence[pytest.Item], targets: set[CodeType]
    ) -> Mapping[CodeType, list[pytest.Item]] | None:
        """Pair each function with the tests that run it, those first that run little else."""
        reached: dict[CodeType, list[tuple[int, pytest.Item]]] = defaultdict(list)
        for item in items:
            with _recorded(targets) as codes:
                if self._fails(item):
                    self.fault = f"{item.nodeid} fails without a mutant:\n{self._failed[0]}"
                    return None
            for code in codes:
                reached[code].append((len(codes), item))
        return defaultdict(
            list,
            {
                code: [item for _, item in sorted(pairs, key=lambda pair: pair[0])]
                for code, pairs in reached.items()
            },
        )


def _modules(names: Sequence[str]) -> Iterator[ModuleType]:
    for name in names:
        module = import_module(name)
        inner = [f"{name}.{one.name}" for one in iter_modules(getattr(module, "__path__", ()))]
        yield from (import_module(one) for one in inner or [name] if one not in _NO_CHECKS)


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
