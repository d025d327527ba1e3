"""From the chart before this one, with what it knew of everything-on, to all of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartproof.chart import Chart
from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch
from chartproof.values import load_values, merge
from tests.cluster import everything
from tests.cluster.conftest import Brought
from tests.cluster.everything import CHART, PATIENT, SIZES
from tests.cluster.releases import helm, sizes, wait_for
from tests.support.tools import HELM3

pytestmark = pytest.mark.needs("cluster", "helm3")

(PREVIOUS,) = (Path(__file__).parent / "previous").glob("*.tgz")
UPGRADED = "everything-upgraded"
# Cannot be changed under messages: nobody would read those that are left in the old queue.
ONE_QUEUE = {"producer": {"queue": ""}, "consumer": {"queue": ""}}
# What 0.1.0 takes and cannot do: a handler from the values, an account under another name.
MISTAKEN = {
    "broker": {"serviceAccount": {"name": ""}},
    "consumer": {"handler": "workers.handlers:log_message"},
}


@pytest.fixture
def wanted(cluster: Brought) -> dict[str, Any]:
    """Give the values of the case, but for what an upgrade cannot change."""
    values = merge(load_values(everything.lay_out(cluster, UPGRADED)), ONE_QUEUE)
    for fixed in ("labels", "annotations"):  # of the claims, as Kubernetes keeps them
        del values["broker"]["persistence"][fixed]
    return values


@pytest.fixture
def before(cluster: Brought, wanted: dict[str, Any], tmp_path: Path) -> Iterator[Target]:
    """Install the chart before this one with Helm 3, and as much of the case as it knows."""
    values = tmp_path / "before.yaml"
    values.write_text(yaml.safe_dump(merge(known(wanted, Chart.load(PREVIOUS).values), MISTAKEN)))
    helm(HELM3, cluster, UPGRADED, "install", UPGRADED, PREVIOUS, "-f", values, *PATIENT)
    yield Target(cluster, UPGRADED, UPGRADED)
    helm(HELM3, cluster, UPGRADED, "uninstall", UPGRADED, "--wait")


def known(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values that a chart with these defaults has; an empty map is free."""
    return {
        key: known(value, defaults[key]) if isinstance(value, Mapping) and defaults[key] else value
        for key, value in values.items()
        if key in defaults
    }


def test_an_upgrade_to_everything_at_once_loses_no_message(
    cluster: Brought, before: Target, wanted: dict[str, Any], tmp_path: Path
) -> None:
    watch = Watch(before)
    values = tmp_path / "after.yaml"
    values.write_text(yaml.safe_dump(wanted))
    with Proof.watching(cluster, UPGRADED, UPGRADED) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=120)
        helm(HELM3, cluster, UPGRADED, "upgrade", UPGRADED, CHART, "-f", values, *PATIENT)
        wait_for(lambda: sizes(watch) == SIZES, seconds=180)
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 100, seconds=120)
        result = proof.settle(120)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 200
    assert "Succeeded" in helm(HELM3, cluster, UPGRADED, "test", UPGRADED)
