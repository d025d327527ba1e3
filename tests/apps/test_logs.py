"""The log lines."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from workers import logs


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root, pika = logging.getLogger(), logging.getLogger("pika")
    before = root.handlers[:], root.level, pika.level
    yield
    root.handlers[:], root.level, pika.level = before


def test_an_event_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", "json")
    logs.event("connected", queue="test", port=5672)
    line = json.loads(capsys.readouterr().out)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "info", "event": "connected", "queue": "test", "port": 5672}


def test_a_traceback_stays_within_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", "json")
    try:
        raise ValueError("no")
    except ValueError:
        logs.event("failed", logging.ERROR, error=True)
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["traceback"].endswith("ValueError: no")


def test_a_person_gets_a_short_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("info", "human")
    logs.event("connected", queue="test")
    assert capsys.readouterr().out[8:] == " info    connected  queue=test\n"


def test_other_libraries_lines_name_their_logger(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("warning", "json")
    logging.getLogger("shop.orders").warning("stock %s", "low")
    line = json.loads(capsys.readouterr().out)
    assert (line["logger"], line["event"]) == ("shop.orders", "stock low")


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("warning", "json")
    logs.event("connected")
    assert capsys.readouterr().out == ""
