"""The chart of this repository can be upgraded to from the one before it, in every case of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.diff import Level, Verdict, judge
from chartproof.diff.reference import Source, both

REPOSITORY = Path(__file__).parents[3]
(PREVIOUS,) = (REPOSITORY / "tests/cluster/previous").glob("*.tgz")


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    """Judge the upgrade from the chart before this one."""
    with both(str(PREVIOUS), str(REPOSITORY / "chart"), Source()) as charts:
        return judge(*charts)


def test_no_upgrade_fails_and_nobody_has_to_change_a_value(verdict: Verdict) -> None:
    assert {"defaults", "ha", "minimal"} <= set(verdict.cases)
    major = [change for change in verdict.changes if change.level is Level.MAJOR]
    assert major == []
    assert not verdict.is_refused


def test_the_pods_that_a_real_upgrade_replaces_are_told(verdict: Verdict) -> None:
    replaced = {change.subject for change in verdict.changes if change.rule == "pods-replaced"}
    names = ("StatefulSet/{}-broker", "Deployment/{}-producer", "Deployment/{}-consumer")
    assert replaced == {name.format("release-name-rabbitmq-workers") for name in names}
