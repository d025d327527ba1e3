"""`make faults`: every fault with real workers and brokers; docs/faults.md where all were borne."""

from __future__ import annotations

import sys
from typing import Any

import pytest

# Nothing else: pytest has to import chartproof, its plugin, before anybody else does.
from tests.apps.faults import page


class Collector:
    """Notes the figures of each test."""

    def __init__(self) -> None:
        self.figures: dict[str, dict[str, Any]] = {}
        self.is_whole = True
        """Every test has passed, and none was skipped."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a report; the figures come with the last one."""
        self.is_whole &= report.passed
        if report.when == "teardown":
            given = dict(report.user_properties)
            if isinstance(found := given.get(page.FIGURES), dict):
                self.figures[report.nodeid] = found


def main() -> None:
    """Run the tests; arguments are pytest's, and with any of them no page is written."""
    collector = Collector()
    given = sys.argv[1:]
    code = pytest.main([str(page.FOLDER), "--durations=0", *given], plugins=[collector])
    if code == 0 and collector.is_whole and not given:
        page.write(collector.figures)
        print(f"written: {page.PAGE}")
    elif code == 0 and not given:
        sys.exit("not every fault could be tried here: docs/faults.md is left as it was")
    sys.exit(code)


if __name__ == "__main__":
    main()
