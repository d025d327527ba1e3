"""Needs of the tests, and the real things they share: a broker and a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

# Here and not when it is needed: while pytest rewrites a module, Python 3.11 cannot bear that
# leftovers of kr8s are collected and told of.
from chartproof import remembered
from tests.support import left_out, needs

if TYPE_CHECKING:
    from tests.support.broker import Broker

pytest_plugins = ["pytester"]
# By these, pytest-xdist tells a process that it is one of its workers.
WORKERS = ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID")
# No tests, and a package named workers: pytest would import it under that name.
collect_ignore = ["benchmarks"]

# The time of an example depends on what else the machine does, and says nothing of the code.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or under CHARTPROOF_REQUIRE=all fail, a test whose needs are not met."""
    for what in (what for marker in item.iter_markers("needs") for what in marker.args):
        if fault := needs.fault(what):
            if needs.all_required():
                pytest.fail(f"{what} is required by {needs.REQUIRE}=all: {fault}", pytrace=False)
            pytest.skip(f"{what}: {fault}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what this machine could not run, and why; a worker of pytest-xdist is not asked."""
    if hasattr(terminalreporter.config, "workerinput"):
        return
    lines = left_out.after_earlier(left_out.lines(terminalreporter.getreports("skipped")))
    if lines:
        terminalreporter.section("not run on this machine")
    for line in lines:
        terminalreporter.line(line)


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    """Have each test lint for itself: what it replaces in this process is in no digest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remembered, "memory", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _a_pytest_of_a_test_is_a_first_one() -> Iterator[None]:
    """Have a pytest that a test runs report as ever, and for itself alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*WORKERS, left_out.NOTED):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """Give a real RabbitMQ on loopback, shared by the whole run."""
    from tests.support.broker import Broker

    with Broker() as running:
        yield running
