"""docs/workers.md is followed to the letter, on a real broker, and its lists are complete."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages.commands import commands
from tests.pages.guide import follow
from tests.support.tools import HELM4
from workers.exits import Exit
from workers.health import Status
from workers.metrics import ConsumerMetrics, Metrics, ProducerMetrics

if TYPE_CHECKING:
    from tests.support.broker import Broker

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/workers.md").read_text("utf-8")
INSTALL = "1. Install"
QUEUES = ("orders", "orders.dead")
GAUGES = {"workers_unconfirmed", "workers_in_hand", "workers_threads"}
"""Those that a producer and a consumer add themselves."""


@pytest.fixture
def queues(broker: Broker) -> Iterator[Broker]:
    yield broker
    for queue in QUEUES:
        broker.delete(queue)


@pytest.mark.needs("packages")
def test_its_first_step_installs_what_the_others_take(tmp_path: Path) -> None:
    (tmp_path / "apps").symlink_to(ROOT / "apps")
    lines = [it.text for it in commands([ROOT / "docs/workers.md"]) if it.section == INSTALL]
    assert [line.split()[0] for line in lines[:3]] == ["python3", "venv/bin/pip", "export"]
    # One shell, as what one line exports the next ones have.
    page = "```console\n$ set -e; " + "; ".join([*lines, "which mypy pytest"]) + "\n```\n"
    (outcome,) = follow(page, tmp_path, "", own=Path(sys.prefix))
    assert outcome.code == 0, outcome.printed
    programs = outcome.printed.splitlines()[-2:]
    assert programs == [str(tmp_path / "venv/bin" / name) for name in ("mypy", "pytest")]


@pytest.mark.needs("broker", "helm4")
def test_the_page_leads_from_a_handler_to_a_release(
    queues: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in exports():
        monkeypatch.setenv(name, text.replace("localhost:5672", f"127.0.0.1:{queues.amqp_port}"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("MYPYPATH", str(ROOT / "apps"))
    (tmp_path / "chart").symlink_to(ROOT / "chart")
    (tmp_path / "mypy.ini").write_text("[mypy]\nfollow_imports = silent\n")
    for outcome in follow(PAGE, tmp_path, str(HELM4.path().parent)):
        assert not outcome.missing, f"$ {outcome.command.words}\n{outcome.printed}"


def exports() -> list[tuple[str, str]]:
    """Return the variables of workers that the page has its reader set."""
    found = [
        (name, text)
        for line in re.findall(r"^export (.*)$", PAGE, re.M)
        for name, text in re.findall(r"(MQ_\w+)=(\S+)", line)
    ]
    assert len(found) == 4
    return found


def test_every_metric_is_on_the_page_and_no_other() -> None:
    told = {name for line in rows("metric") for name in re.findall(r"`(workers_\w+)`", line)}
    registries = [kind(Status()).registry for kind in (Metrics, ProducerMetrics, ConsumerMetrics)]
    names = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for registry in registries
        for family in registry.collect()
        if family.name.startswith("workers_")
    }
    assert told == names | GAUGES


def test_every_exit_code_is_on_the_page() -> None:
    told = [tuple(line.split(" | ")[:2]) for line in rows("exit code")]
    assert told == [(f"| {code.value}", code.name.lower()) for code in Exit]


def rows(heading: str) -> list[str]:
    """Return the rows of the table whose first column has this heading."""
    _, _, table = PAGE.partition(f"| {heading} |")
    return [line for line in table.split("\n\n")[0].splitlines()[2:] if line.startswith("|")]
