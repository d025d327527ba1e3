"""`make mutate-rules`: break every check in turn, and list which test goes red.

With names of modules or packages it breaks those alone, and writes no page. It ends with 1 where a
mutant survives that tests/mutation/equivalent.yaml does not explain, or where an explanation is
of none.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.mutation.page import PAGE, page
from tests.mutation.trial import Result, Trial

PACKAGES = ("chartproof.rules", "chartproof.wiring", "chartproof.snapshot")
TESTS = ("tests/tools/rules", "tests/tools/test_plugin.py", "tests/tools/test_snapshot_*.py")
# They break checks themselves, or hold a page against its source: they do not tell a bad check.
NOT_TESTS = (
    "tests/tools/rules/test_self_tests.py",
    "tests/tools/rules/test_rules_page.py::test_the_page_is_what_make_docs_makes",
)
LONGEST_S = 60  # a test that a mutant makes run for ever has noticed it
EQUIVALENT = Path(__file__).with_name("equivalent.yaml")


def main() -> int:
    """Run, print a line for each mutant, and write docs/self-tests.md. Returns the exit code."""
    named = sys.argv[1:]
    reasons: Mapping[str, str] = yaml.safe_load(EQUIVALENT.read_text()) or {}
    trial = Trial(named or PACKAGES, lambda result: print(told(result, reasons)))
    tests = [str(path) for pattern in TESTS for path in sorted(Path().glob(pattern))]
    left_out = [f"--deselect={test}" for test in NOT_TESTS]
    pytest.main(
        [*tests, *left_out, "-p", "no:cacheprovider", f"--timeout={LONGEST_S}"], plugins=[trial]
    )
    if trial.fault:
        print(trial.fault, file=sys.stderr)
        return 2
    survivors = {result.mutant.key for result in trial.results if not result.killer}
    unexplained = sorted(survivors - reasons.keys())
    stale = sorted(reasons.keys() - survivors) if not named else []
    for key in stale:
        print(f"{EQUIVALENT.name} explains what does not survive: {key}")
    print(f"{len(trial.results)} mutants, {len(unexplained)} survive without a reason")
    if not named:
        PAGE.write_text(page(trial.results, reasons))
    return 1 if unexplained or stale else 0


def told(result: Result, reasons: Mapping[str, str]) -> str:
    """Write the line of a mutant."""
    mutant = result.mutant
    if result.killer:
        return f"killed by {result.killer}: {mutant.key}"
    return f"{'equivalent' if mutant.key in reasons else 'SURVIVED'}: {mutant.key}"


if __name__ == "__main__":
    sys.exit(main())
