"""`up` and its fellow commands: what is refused before anything starts, and what is shown."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from chartproof.chart import Chart
from chartproof.cluster import choose, up
from chartproof.cluster.engine import Check, Image, Member
from chartproof.cluster.ledger import Result
from chartproof.cluster.progress import Progress
from chartproof.cluster.status import Status, table
from chartproof.cluster.up import Outcome, Request, image_references, select, worker_values
from chartproof.commands.up import next_commands, show
from chartproof.errors import ChartproofError, InputError
from chartproof.render import render

CHART = Path(__file__).parents[3] / "chart"


class Silent:
    """An engine that must not be started."""

    def __init__(self, name: str, check: Check, *, running: bool = False) -> None:
        self.name = name
        self._check = check
        self._running = running

    def check(self) -> Check:
        return self._check

    def running(self) -> bool:
        return self._running

    def stop(self) -> None:
        raise AssertionError("stopped")


YES = Check(True, "it is there", first_start_s=400)
NO = Check(False, "no Docker", "install Docker", first_start_s=60)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Put engines of the test's own in place of all there are."""
    own: dict[str, Any] = {}
    monkeypatch.setattr(choose, "ENGINES", own)
    return own


def offer(engines: dict[str, Any], *silent: Silent) -> None:
    engines.update({engine.name: lambda _nodes, engine=engine: engine for engine in silent})


def printed(progress: Progress) -> str:
    assert isinstance(progress.console.file, io.StringIO)
    return progress.console.file.getvalue()


def test_a_missing_chart_is_refused_before_any_engine_is_asked(
    engines: dict[str, Any], progress: Progress
) -> None:
    assert engines == {}
    with pytest.raises(InputError, match="no such chart"):
        up.up(Request(Path("no/such/chart")), progress)
    assert printed(progress) == ""


@pytest.mark.usefixtures("engines")
def test_a_bad_value_is_refused_before_any_engine_is_asked(progress: Progress) -> None:
    with pytest.raises(ChartproofError, match=r"broker\.replicas"):
        up.up(Request(CHART, sets=["broker.replicas=two"]), progress)
    assert printed(progress) == ""


def test_without_a_usable_engine_nothing_is_printed_but_the_error(
    engines: dict[str, Any], progress: Progress
) -> None:
    offer(engines, Silent("k3d", NO))
    with pytest.raises(InputError, match="install Docker"):
        select(Request(CHART), progress)
    assert printed(progress) == ""


def test_a_first_start_shows_the_table_and_how_long_it_takes(
    engines: dict[str, Any], progress: Progress
) -> None:
    offer(engines, Silent("k3d", NO), Silent("node", YES))
    assert select(Request(CHART), progress).name == "node"
    assert "install Docker" in printed(progress)
    assert "the first start takes about 7 min" in printed(progress)


def test_an_engine_at_work_is_used_without_a_word(
    engines: dict[str, Any], progress: Progress
) -> None:
    offer(engines, Silent("k3d", YES), Silent("node", NO, running=True))
    assert select(Request(CHART), progress).name == "node"
    assert printed(progress) == ""


def test_the_worker_image_is_never_pulled() -> None:
    image = Image("localhost/rabbitmq-workers", "1a2b3c", Path("workers.tar"))
    assert worker_values(image)["worker"]["image"] == {
        "registry": "localhost",
        "repository": "rabbitmq-workers",
        "tag": "1a2b3c",
        "digest": "",
        "pullPolicy": "Never",
    }


def test_the_values_of_the_worker_image_are_values_of_the_chart() -> None:
    image = worker_values(Image("localhost/rabbitmq-workers", "1a2b3c", Path("workers.tar")))
    own = Chart.load(CHART).values
    assert image["worker"]["image"].keys() == own["worker"]["image"].keys()
    assert "audit" in own


def test_the_images_of_a_release_are_those_of_all_its_pods_each_once() -> None:
    values = {"broker": {"image": {"tag": "4"}}, "worker": {"image": {"tag": "1"}}}
    assert image_references(render(Chart.load(CHART), values)) == [
        "rabbitmq-workers:1",
        "docker.io/library/rabbitmq:4",
    ]


def shown(outcome: Outcome, progress: Progress) -> list[str]:
    show(outcome, "chartproof status", progress)
    return printed(progress).splitlines()


def test_the_end_shows_how_to_reach_the_cluster_the_notes_and_the_proof(
    progress: Progress,
) -> None:
    proof = Result(confirmed=120, handled=120, duplicates=1)
    lines = shown(Outcome("\nRun helm test\n", proof, Path("/cache/kubeconfig")), progress)
    order = ["export KUBECONFIG=/cache/kubeconfig", "Run helm test"]
    order += ["proven: lost 0 of 120 confirmed messages"]
    assert [line for line in lines if line in order] == order


def test_the_end_names_the_messages_that_were_lost(progress: Progress) -> None:
    lines = shown(Outcome("", Result(10, 9, 0, {"5f0c": ((4, 4),)})), progress)
    assert "  lost: 5f0c-4" in lines
    assert lines[-1] == "1 of 10 confirmed messages were never handled"


def test_the_end_says_what_a_run_without_kubernetes_does_not_prove(progress: Progress) -> None:
    outcome = Outcome("", Result(1, 1, 0), caveat="not proven: probes, volumes")
    assert "not proven: probes, volumes" in shown(outcome, progress)


def test_the_next_commands_need_no_options_for_a_release_where_it_is_expected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", [".venv/bin/chartproof", "up"])
    assert next_commands(Request(CHART)).splitlines()[1:] == [
        "  .venv/bin/chartproof status",
        "  .venv/bin/chartproof logs consumer",
        "  .venv/bin/chartproof down",
    ]


def test_the_next_commands_find_a_release_that_is_elsewhere() -> None:
    elsewhere = Request(CHART, release="blue", namespace="staging", context="work")
    for line in next_commands(elsewhere).splitlines()[1:]:
        assert line.endswith("--context work --release blue --namespace staging")


def test_a_status_is_good_only_if_every_pod_is_ready() -> None:
    ready = Member("b-0", "broker", ready=True)
    waiting = Member("c-0", "consumer", ready=False, restarts=3, state="CrashLoopBackOff")
    assert Status("demo", [ready]).all_ready
    assert not Status("demo", [ready, waiting]).all_ready
    assert not Status("demo", []).all_ready


def test_the_status_has_a_line_for_each_pod() -> None:
    text = io.StringIO()
    waiting = Member("c-0", "consumer", ready=False, restarts=3, state="CrashLoopBackOff")
    Console(file=text, width=100).print(table([waiting]))
    last = text.getvalue().splitlines()[-1].split()
    assert last == ["consumer", "c-0", "no", "3", "CrashLoopBackOff"]
