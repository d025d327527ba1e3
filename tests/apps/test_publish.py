"""What a producer publishes from its source, through a real broker, and where it goes on."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pika import BasicProperties

from tests.apps.conftest import Bench
from tests.apps.running import WORKERS, Running, with_handlers

pytestmark = pytest.mark.needs("broker")

LINES = 10_000


def bodies(bench: Bench) -> list[bytes]:
    return [body for _, body in bench.fetch(bench.queue)]


def is_marked(properties: BasicProperties) -> bool:
    return bool((properties.headers or {}).get("x-republished"))


def lines_file(folder: Path, count: int) -> Path:
    file = folder / "lines"
    file.write_text("".join(f"line {number}\n" for number in range(1, count + 1)))
    return file


def failure(producer: Running) -> dict[str, Any]:
    [line] = [line for line in producer.lines if line.get("level") == "error"]
    return line


def test_every_line_of_a_file_is_published_in_order_and_by_the_quick_way(
    bench: Bench, tmp_path: Path
) -> None:
    producer = bench.start("produce", source=f"lines:{lines_file(tmp_path, 2000)}")
    assert producer.exit_code() == 0
    assert bodies(bench) == [f"line {number}".encode() for number in range(1, 2001)]
    assert not producer.find("slow_publish")


def test_every_line_of_standard_input_is_published(bench: Bench) -> None:
    environment = {
        "MQ_URL": bench.broker.url(),
        "MQ_CH": bench.queue,
        "MQ_RATE": "0",
        "MQ_HEALTH_PORT": "0",
        "MQ_SOURCE": "lines:-",
        "PYTHONPATH": with_handlers(),
    }
    given = "".join(f"{number}\n" for number in range(3000))
    ended = subprocess.run(
        [WORKERS, "produce"], env=environment, input=given, text=True, capture_output=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert b"\n".join(bodies(bench)) == given.strip().encode()


def test_a_source_says_all_that_a_message_can_have(bench: Bench) -> None:
    assert bench.start("produce", source="sources:rich").exit_code() == 0
    [(properties, body)] = bench.fetch(bench.queue)
    assert body == b"{}"
    assert properties.message_id == "order-1"
    assert properties.headers == {"x-shop": "north", "x-try": 2}
    assert properties.content_type == "application/json"
    assert properties.delivery_mode == 2
    assert properties.app_id == "workers"


def test_bodies_larger_than_a_frame_arrive_whole(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "large"
    large = [bytes([letter]) * 400_000 for letter in b"abc"]
    file.write_bytes(b"\n".join([*large, b"", b"small"]))
    assert bench.start("produce", source=f"lines:{file}").exit_code() == 0
    assert bodies(bench) == [*large, b"", b"small"]


def test_a_source_slower_than_two_heartbeats_keeps_the_connection_and_is_closed(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidied = tmp_path / "tidied"
    monkeypatch.setenv("TRIAL_TIDIED", str(tidied))
    producer = bench.start("produce", source="sources:slow_and_tidy", heartbeat=1, count=2)
    assert producer.exit_code() == 0
    assert not producer.find("disconnected")
    assert bodies(bench) == [b"first", b"second"]
    assert tidied.exists()


def test_a_source_that_raises_has_what_it_gave_confirmed_and_then_ends_the_producer(
    bench: Bench,
) -> None:
    producer = bench.start("produce", source="sources:breaks_after_two_hundred")
    assert producer.exit_code() == 1
    line = failure(producer)
    assert line["event"] == "source_failed"
    assert line["sequence"] == 201
    assert "ValueError: row 201 is spoilt" in line["detail"]
    assert "sources.py:" in line["detail"]
    assert len(producer.confirmed) == len(bodies(bench)) == 200


def test_a_source_that_raises_when_all_of_it_is_confirmed_has_failed_too(bench: Bench) -> None:
    producer = bench.start("produce", source="sources:breaks_later")
    assert producer.exit_code() == 1
    line = failure(producer)
    assert (line["event"], line["sequence"]) == ("source_failed", 2)
    assert len(producer.confirmed) == len(bodies(bench)) == 1


def test_a_message_that_is_none_is_named_by_its_number(bench: Bench) -> None:
    producer = bench.start("produce", source="sources:gives_a_number")
    assert producer.exit_code() == 1
    line = failure(producer)
    assert line["sequence"] == 3
    assert line["detail"] == "the source gave int; expected bytes, str or workers.Publishing"
    assert bodies(bench) == [b"one", b"two"]


def test_a_body_that_only_the_broker_finds_too_large_is_named_by_its_number(bench: Bench) -> None:
    producer = bench.start("produce", source="sources:large", max_body=20_000_000)
    assert producer.exit_code() == 3
    [line] = producer.find("too_large")
    assert line["sequence"] == 2
    assert "17000000" in line["detail"]


def test_an_unusable_source_or_mark_is_a_fault_of_the_configuration(
    bench: Bench, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    source = bench.start("produce", source="conter")
    no_position = bench.start("produce", source="sources:three", resume=mark)
    (tmp_path / "spoilt").write_text("{")
    spoilt = bench.start("produce", resume=tmp_path / "spoilt")
    assert [each.exit_code() for each in (source, no_position, spoilt)] == [2, 2, 2]
    assert source.lines[-1]["line"].endswith("did you mean counter?")
    assert "MQ_SOURCE=sources:three has no position to go on from" in no_position.lines[-1]["line"]
    assert spoilt.lines[-1]["line"].endswith("remove the file to begin anew")


def test_what_was_read_ahead_is_still_published_after_sigterm(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAL_TIDIED", str(tmp_path / "tidied"))
    bench.broker.ctl("set_vm_memory_high_watermark", "0")
    try:
        producer = bench.start("produce", source="sources:three")
        producer.wait_for("blocked")
        producer.signal(signal.SIGTERM)
    finally:
        bench.broker.ctl("set_vm_memory_high_watermark", "0.6")
    assert producer.exit_code() == 0
    assert bodies(bench) == [b"one", b"two", b"three"]


@pytest.mark.parametrize("position", ["file", "function"])
def test_a_producer_killed_in_full_flight_goes_on_where_confirms_ended(
    bench: Bench, tmp_path: Path, position: str
) -> None:
    file = lines_file(tmp_path, LINES)
    source = {"file": f"lines:{file}", "function": "sources:numbers"}[position]
    told: dict[str, Any] = {"source": source, "resume": tmp_path / "mark", "count": LINES}
    for _ in range(3):
        producer = bench.start("produce", rate=2500, **told)
        producer.wait_for("confirmed")
        producer.signal(signal.SIGKILL)
        producer.exit_code()
    last = bench.start("produce", **told)
    assert last.exit_code() == 0
    fetched = bench.fetch(bench.queue)
    mark = json.loads((tmp_path / "mark").read_text())
    assert mark["confirmed"] == mark["reserved"] == LINES
    assert {properties.message_id for properties, _ in fetched} == {
        f"{mark['instance']}-{number}" for number in range(1, LINES + 1)
    }
    prefix = {"file": "line ", "function": ""}[position]
    assert {(properties.message_id, body) for properties, body in fetched} == {
        (f"{mark['instance']}-{number}", f"{prefix}{number}".encode())
        for number in range(1, LINES + 1)
    }
    unmarked = Counter(
        properties.message_id for properties, _ in fetched if not is_marked(properties)
    )
    assert max(unmarked.values()) == 1
    assert LINES < len(fetched) < 2 * LINES, "no kill came in full flight"


def test_a_run_that_ended_in_good_order_is_gone_on_with_and_nothing_is_marked(
    bench: Bench, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    for count in (70, 150):
        producer = bench.start("produce", resume=mark, count=count)
        assert producer.exit_code() == 0
    fetched = bench.fetch(bench.queue)
    assert [body for _, body in fetched] == [f"Hello World {n}!".encode() for n in range(1, 151)]
    assert not [properties for properties, _ in fetched if is_marked(properties)]
    assert bench.start("produce", resume=mark, count=150).exit_code() == 0
    assert bodies(bench) == []


def test_metrics_tell_what_the_rate_asked_for_and_how_long_an_alarm_kept_it_back(
    bench: Bench,
) -> None:
    producer = bench.start("produce", rate=50)
    producer.wait_for("confirmed")
    bench.broker.ctl("set_vm_memory_high_watermark", "0")
    try:
        producer.wait_for("blocked")
        behind = producer.until(
            lambda: (
                producer.metric("expected_published_total") - producer.metric("published_total")
                > 50
            ),
            "a gap",
        )
    finally:
        bench.broker.ctl("set_vm_memory_high_watermark", "0.6")
    assert behind
    producer.wait_for("unblocked")
    assert 'workers_held_seconds_total{reason="blocked"}' in producer.ask("/metrics")[1]
    assert producer.metric("held_seconds_total", reason="blocked") > 0.5
    assert producer.stop() == 0
