"""`make mutate-rules`: break every check in turn, and list which test goes red.

With names of modules or packages, as in `make mutate-rules MODULES="chartproof.wiring.ports"`, it
breaks those alone, and writes their sections of the page; with `--changed`, those whose conditions
are no more what the page lists. It ends with 1 where a mutant survives that
tests/mutation/equivalent.yaml does not explain, or where an explanation is of none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import pytest
import yaml

from tests.mutation.modules import modules_of, source_of
from tests.mutation.mutants import mutants_in
from tests.mutation.page import PAGE, killers, lists, page, sections, sections_of
from tests.mutation.trial import Result, Trial

_SEARCH = (
    "tests/tools/test_search.py",
    "tests/tools/test_likeness.py",
    "tests/tools/test_subject.py",
)
_LINT = ("tests/tools/rules", *_SEARCH)
_SNAPSHOTS = ("tests/tools/test_plugin*.py", "tests/tools/test_snapshot_*.py")
TESTS = {
    "chartproof.rules": _LINT,
    "chartproof.wiring": _LINT,
    "chartproof.snapshot": _SNAPSHOTS,
    "chartproof.digest": (*_SNAPSHOTS, "tests/tools/test_remembered.py"),
    "chartproof.experiments": _LINT,
    "chartproof.joint_check": ("tests/tools/test_joint_check.py",),
    "chartproof.joint_render": ("tests/tools/test_joint_render.py",),
    "chartproof.excerpt": (*_LINT, "tests/tools/test_excerpt.py"),
    "chartproof.kubernetes": (*_LINT, "tests/tools/test_kubernetes_schemas.py"),
    "chartproof.coverage": ("tests/tools/coverage",),
}
"""The packages and modules that are broken, and the tests that are to notice."""
# They break checks themselves, or hold a page against its source: they do not tell a bad check.
NOT_TESTS = (
    "tests/tools/rules/test_self_tests.py",
    "tests/tools/rules/test_rules_page.py::test_the_page_is_what_make_docs_makes",
)
LONGEST_S = 180  # a test that a mutant makes run for ever has noticed it
EQUIVALENT = Path(__file__).with_name("equivalent.yaml")


def main() -> int:
    """Run, print a line for each mutant, and write docs/self-tests.md. Returns the exit code."""
    there, listed = modules_of(TESTS), sections_of(PAGE.read_text())
    try:
        broken = chosen(sys.argv[1:], there, listed)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    reasons: Mapping[str, str] = yaml.safe_load(EQUIVALENT.read_text()) or {}

    def write(module: str, results: Sequence[Result]) -> None:
        """Write the section of a module at once: a run of all takes long."""
        others = sections_of(PAGE.read_text())
        others.pop(module, None)
        PAGE.write_text(page(others | sections(results, reasons), there))

    def tell(result: Result) -> None:
        print(told(result, reasons), flush=True)

    trial = Trial(broken, tell, write, killers(listed))
    if broken and not is_finished(trial):
        print(trial.fault or "ended before its time", file=sys.stderr)
        return 2
    survivors = {result.mutant.key for result in trial.results if not result.killer}
    unexplained = survivors - reasons.keys()
    explained = (key for key in reasons if key not in survivors)
    stale = [it for it in explained if is_within_any(it, broken) or not is_within_any(it, there)]
    for key in stale:
        print(f"{EQUIVALENT.name} explains what does not survive: {key}")
    print(f"{len(trial.results)} mutants, {len(unexplained)} survive without a reason")
    return 1 if unexplained or stale else 0


def is_finished(trial: Trial) -> bool:
    """Run the tests that are to notice, and tell whether they got to the end."""
    left_out = [f"--deselect={test}" for test in NOT_TESTS]
    options = ["-p", "no:cacheprovider", f"--timeout={LONGEST_S}"]
    code = pytest.main([*suites_of(trial.names), *left_out, *options], plugins=[trial])
    return not trial.fault and code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


def chosen(
    words: Sequence[str], modules: Sequence[str], listed: Mapping[str, str]
) -> Sequence[str]:
    """Give the modules that a command line means: all, named ones, or those that have changed.

    `listed` are the sections of the page. Raises ValueError where a name means none.
    """
    if list(words) == ["--changed"]:
        return list(changed(modules, listed))
    for word in words:
        if not any(is_within(module, word) for module in modules):
            near = get_close_matches(word, [*modules, *TESTS], n=1)
            known = f"did you mean {near[0]}?" if near else f"there are {', '.join(TESTS)}"
            raise ValueError(f"{word}: no such module or package is broken here, {known}")
    return [module for module in modules if not words or is_within_any(module, words)]


def changed(modules: Sequence[str], listed: Mapping[str, str]) -> Iterator[str]:
    """Give the modules whose mutants are others than their section of the page lists."""
    for module in modules:
        if not lists(listed.get(module, ""), mutants_in(module, source_of(module))):
            yield module


def suites_of(modules: Sequence[str]) -> list[str]:
    """Give the files and folders of the tests that are to notice faults in these modules."""
    patterns = dict.fromkeys(
        pattern
        for broken, tests in TESTS.items()
        if any(is_within(module, broken) for module in modules)
        for pattern in tests
    )
    return [str(path) for pattern in patterns for path in sorted(Path().glob(pattern))]


def is_within(name: str, outer: str) -> bool:
    """Tell whether a module, or a mutant by its key, is in this module or package."""
    return f"{name.partition(':')[0]}.".startswith(f"{outer}.")


def is_within_any(name: str, outers: Iterable[str]) -> bool:
    """Tell whether it is in one of them."""
    return any(is_within(name, outer) for outer in outers)


def told(result: Result, reasons: Mapping[str, str]) -> str:
    """Write the line of a mutant."""
    mutant = result.mutant
    if result.killer:
        return f"killed by {result.killer}: {mutant.key}"
    return f"{'equivalent' if mutant.key in reasons else 'SURVIVED'}: {mutant.key}"


if __name__ == "__main__":
    sys.exit(main())
