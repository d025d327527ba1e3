"""apps/README.md is followed on a real broker, each line that it has its reader type."""

from __future__ import annotations

import re
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages.commands import ROOT, commands
from tests.pages.guide import Outcome, follow

if TYPE_CHECKING:
    from tests.support.broker import Broker

PAGE = ROOT / "apps/README.md"
QUEUE = "test"
PASSWORD = "s3cret"


@pytest.fixture
def queue(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """Give a broker with the queue of the page, and the variables that the page exports."""
    broker.declare(QUEUE, x_queue_type="quorum")
    monkeypatch.setenv("MQ_URL", broker.url())
    monkeypatch.setenv("MQ_CH", QUEUE)
    monkeypatch.setenv("MQ_HEALTH_PORT", "0")
    yield broker
    broker.delete(QUEUE)


def typed(beginning: str) -> str:
    """Return the one command of the page that begins so."""
    (found,) = {it.text for it in commands([PAGE]) if it.text.startswith(beginning)}
    return found


def run(command: str, folder: Path, own: Path | None = None) -> Outcome:
    """Run a command as it is typed, in this environment or another one."""
    (outcome,) = follow(f"```console\n$ {command}\n```\n", folder, "", own)
    return outcome


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an environment of its own, with what the page has its reader install."""
    folder = tmp_path_factory.mktemp("own")
    venv.create(folder / "venv", with_pip=True)
    (folder / "apps").symlink_to(ROOT / "apps")
    assert run(typed("pip install"), folder, folder / "venv").code == 0
    return folder / "venv"


@pytest.mark.needs("packages")
def test_pip_installs_the_workers_with_all_they_need(own: Path, tmp_path: Path) -> None:
    helped = run(typed("workers --help"), tmp_path, own)
    assert helped.code == 0, helped.printed
    assert "produce" in helped.printed


@pytest.mark.needs("broker", "packages")
def test_spans_are_made_by_what_the_page_of_the_workers_installs(
    queue: Broker, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = [it.text for it in commands([ROOT / "docs/workers.md"]) if it.section == "Traces"]
    *installs, consume = typed
    with queue.channel() as channel:
        channel.basic_publish("", QUEUE, b"an order")
    given = {"MQ_TRACE": "true", "MQ_COUNT": "1", "OTEL_TRACES_EXPORTER": "console"}
    others = dict.fromkeys(("OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER"), "none")
    for name, text in {**given, **others}.items():
        monkeypatch.setenv(name, text)
    page = "".join(f"```console\n$ {it}\n```\n" for it in (*installs, consume))
    for outcome in follow(page, own.parent, "", own):
        assert outcome.code == 0, outcome.printed
    assert f'"name": "process {QUEUE}"' in outcome.printed


@pytest.mark.needs("broker")
def test_what_is_produced_is_consumed(
    queue: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported = typed("export")
    assert re.findall(r"(\w+)=", exported) == ["MQ_URL", "MQ_CH"]
    assert exported.endswith(f"MQ_CH={QUEUE}")
    monkeypatch.setenv("MQ_COUNT", "2")  # without it they run until SIGTERM
    assert run(typed("workers wait"), tmp_path).code == 0
    assert run(typed("workers produce"), tmp_path).code == 0
    consumed = run(typed("workers consume"), tmp_path)
    assert consumed.code == 0, consumed.printed
    assert "Hello World 2!" in consumed.printed
    assert queue.depth(QUEUE) == 0


@pytest.mark.needs("broker")
def test_a_handler_of_ones_own_is_checked_and_run(
    queue: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (handler,) = re.findall(
        r"^```python\n# orders\.py\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S
    )
    (tmp_path / "orders.py").write_text(handler)
    checked = run(f"PYTHONPATH=.:$PYTHONPATH {typed('workers check')}", tmp_path)
    assert checked.code == 0, checked.printed
    assert "ack" in checked.printed
    with queue.channel() as channel:
        channel.basic_publish("", QUEUE, b"an order")
    monkeypatch.setenv("MQ_COUNT", "1")
    command = typed("PYTHONPATH=.").replace("PYTHONPATH=.", "PYTHONPATH=.:$PYTHONPATH")
    consumed = run(command, tmp_path)
    assert consumed.code == 0, consumed.printed
    assert "an order" in consumed.printed


@pytest.mark.needs("broker")
def test_a_release_is_looked_at(
    queue: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    management = f"http://127.0.0.1:{queue.management_port}"
    queue.ctl("add_user", "plain", PASSWORD)
    queue.ctl("set_permissions", "plain", "^$", ".*", ".*")
    try:
        monkeypatch.setenv("MQ_URL", queue.url("plain", PASSWORD))
        verified = run(typed("workers verify").replace("http://broker:15672", management), tmp_path)
        assert verified.code == 0, verified.printed
    finally:
        queue.ctl("delete_user", "plain")
    for name in ("username", "password"):
        (tmp_path / name).write_text("guest")
    command = typed("workers guard").replace("http://broker:15672", management)
    guarded = run(command.replace("/run/secrets/rabbitmq", str(tmp_path)), tmp_path)
    assert guarded.code == 0, guarded.printed
    assert "may be replaced by" in guarded.printed
