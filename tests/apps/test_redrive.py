"""Dead letters go back to where they can be handled, and none is lost on the way."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from subprocess import CompletedProcess
from time import monotonic, sleep

import pika
import pytest

from tests.apps.conftest import Bench, failed_deliveries
from tests.apps.running import PATIENCE, WORKERS, with_handlers
from tests.support.words import Words
from workers.exits import Exit

pytestmark = pytest.mark.needs("broker")

Properties = pika.BasicProperties


def environment(url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MQ_")}
    return {**kept, "MQ_URL": url, "PYTHONPATH": with_handlers()}


def redrive(bench: Bench, *arguments: str) -> CompletedProcess[str]:
    """Run the command on the dead letters of a bench."""
    return subprocess.run(
        [WORKERS, "redrive", bench.dead, *arguments],
        env=environment(bench.broker.url()),
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
    )


def publish(bench: Bench, queue: str, *messages: tuple[str, Properties]) -> None:
    """Put messages into a queue as any publisher may."""
    with bench.broker.channel() as channel:
        channel.confirm_delivery()
        for body, properties in messages:
            channel.basic_publish("", queue, body.encode(), properties, mandatory=True)


def kill(bench: Bench, *ids: str, headers: dict[str, object] | None = None) -> None:
    """Have messages die in the bench's queue."""
    message = Properties(headers=headers, delivery_mode=2, content_type="text/csv", type="order")
    for each in ids:
        message.message_id = each
        publish(bench, bench.queue, (f"body of {each}", message))
    with bench.broker.channel() as channel:
        for _ in ids:
            method, _, _ = channel.basic_get(bench.queue)
            assert method is not None
            channel.basic_reject(method.delivery_tag, requeue=False)
    wait_for_depth(bench, bench.dead, len(ids))


def wait_for_depth(bench: Bench, queue: str, depth: int) -> None:
    """Wait until so many messages are there."""
    deadline = monotonic() + PATIENCE
    while (found := bench.broker.depth(queue)) != depth:
        assert monotonic() < deadline, f"{found} messages in {queue}, not {depth}"
        sleep(0.05)


def ids(bench: Bench, queue: str) -> list[str | None]:
    """Take all messages out of a queue, and return their ids."""
    return [properties.message_id for properties, _ in bench.fetch(queue)]


@pytest.fixture
def parking(bench: Bench) -> Iterator[str]:
    """Give one more queue."""
    name = f"{bench.queue}.parked"
    bench.broker.declare(name, x_queue_type="quorum")
    yield name
    bench.broker.delete(name)


def test_all_go_back_to_the_queue_that_they_died_in(bench: Bench) -> None:
    kill(bench, *(f"m{n}" for n in range(50)))
    done = redrive(bench)
    assert done.stdout == f"moved 50 from {bench.dead}: 50 to {bench.queue}\n"
    assert done.returncode == Exit.DRAINED, done.stderr
    assert bench.broker.depth(bench.dead) == 0
    assert ids(bench, bench.queue) == [f"m{n}" for n in range(50)]


def test_a_message_goes_back_as_it_was_but_for_its_deaths(bench: Bench) -> None:
    kill(bench, "m1", headers={"tenant": "shop", "CC": [], "x-redrives": 2})
    assert redrive(bench).returncode == Exit.DRAINED
    [(properties, body)] = bench.fetch(bench.queue)
    assert body == b"body of m1"
    assert (properties.message_id, properties.content_type, properties.type) == (
        "m1",
        "text/csv",
        "order",
    )
    assert properties.headers == {"tenant": "shop", "x-redrives": 3}


def test_a_message_that_the_redriver_may_not_sign_goes_back_all_the_same(bench: Bench) -> None:
    publish(bench, bench.dead, ("x", Properties(user_id="guest")))
    bench.broker.ctl("add_user", f"other-{bench.queue}", "s3cret")
    bench.broker.ctl("set_permissions", f"other-{bench.queue}", "^$", ".*", ".*")
    done = subprocess.run(
        [WORKERS, "redrive", bench.dead, "--to", bench.queue],
        env=environment(bench.broker.url(f"other-{bench.queue}", "s3cret")),
        timeout=PATIENCE,
    )
    assert done.returncode == Exit.DRAINED
    assert len(bench.fetch(bench.queue)) == 1
    bench.broker.ctl("delete_user", f"other-{bench.queue}")


def test_a_dry_run_shows_each_letter_and_changes_nothing(bench: Bench) -> None:
    kill(bench, "m1", "m2")
    publish(bench, bench.dead, ("never died", Properties()))
    done = redrive(bench, "--dry-run")
    lines = done.stdout.splitlines()
    assert re.sub(r" +\d+s +", " AGE ", lines[1]) == f"m1  rejected  1 AGE 0         {bench.queue}"
    assert lines[3].split() == ["-", "-", "0", "-", "0", "-"]
    assert lines[4] == f"would move 2 from {bench.dead}"
    assert lines[5].startswith("left 1 there: nothing says which queue it died in")
    assert done.returncode == Exit.FAILED
    wait_for_depth(bench, bench.dead, 3)
    again = bench.fetch(bench.dead)
    assert [properties.message_id for properties, _ in again] == ["m1", "m2", None]
    # Each has kept the one failure that it died of.
    assert [failed_deliveries(properties) for properties, _ in again] == [1, 1, 0]
    assert bench.broker.depth(bench.queue) == 0


def test_one_that_died_nowhere_needs_a_target(bench: Bench) -> None:
    publish(bench, bench.dead, ("never died", Properties()))
    done = redrive(bench)
    assert done.returncode == Exit.FAILED
    assert "name one by --to" in done.stdout
    wait_for_depth(bench, bench.dead, 1)
    assert redrive(bench, "--to", bench.queue).returncode == Exit.DRAINED
    assert bench.broker.depth(bench.queue) == 1


def test_a_limit_leaves_the_rest(bench: Bench) -> None:
    kill(bench, *"abcdef")
    assert redrive(bench, "--limit", "2").returncode == Exit.DRAINED
    assert ids(bench, bench.queue) == ["a", "b"]
    assert ids(bench, bench.dead) == ["c", "d", "e", "f"]


def test_only_the_ids_that_are_named_go_and_one_that_is_not_there_is_told(bench: Bench) -> None:
    kill(bench, *"abcdef")
    done = redrive(bench, "--id", "e", "b", "z")
    assert done.returncode == Exit.FAILED
    assert "there is no message z\n" in done.stdout
    assert ids(bench, bench.queue) == ["b", "e"]
    wait_for_depth(bench, bench.dead, 4)
    assert ids(bench, bench.dead) == ["a", "c", "d", "f"]


def test_what_was_moved_back_too_often_is_parked(bench: Bench, parking: str) -> None:
    kill(bench, "first")
    kill_again = {"x-redrives": 3}
    publish(bench, bench.dead, ("x", Properties(message_id="third", headers=kill_again)))
    done = redrive(bench, "--max-redrives", "3", "--parking", parking)
    assert done.stdout.startswith(f"moved 2 from {bench.dead}: 1 to {bench.queue}, 1 to {parking}")
    assert ids(bench, bench.queue) == ["first"]
    assert ids(bench, parking) == ["third"]


def test_a_target_that_is_not_there_keeps_the_letters_where_they_are(bench: Bench) -> None:
    kill(bench, *"abc")
    done = redrive(bench, "--to", "there-is-none")
    assert done.returncode == Exit.FAILED
    assert "left 3 there: there is no queue 'there-is-none'" in done.stdout
    wait_for_depth(bench, bench.dead, 3)
    assert ids(bench, bench.dead) == ["a", "b", "c"]


def test_a_target_that_is_full_keeps_the_letters_where_they_are(bench: Bench, parking: str) -> None:
    full = f"{parking}.full"
    bench.broker.declare(full, x_max_length=1, x_overflow="reject-publish")
    publish(bench, full, ("x", Properties()))
    kill(bench, *"ab")
    done = redrive(bench, "--to", full)
    bench.broker.delete(full)
    assert done.returncode == Exit.FAILED
    assert f"left 2 there: queue {full!r} takes no more" in done.stdout
    wait_for_depth(bench, bench.dead, 2)


def test_a_letter_that_dies_again_at_once_is_not_moved_in_circles(bench: Bench) -> None:
    kill(bench, *(f"m{n}" for n in range(20)))
    consumer = bench.start("consume", handler="trial:reject")
    consumer.wait_for("connected")
    done = redrive(bench)
    assert done.stdout == f"moved 20 from {bench.dead}: 20 to {bench.queue}\n"
    wait_for_depth(bench, bench.dead, 20)
    assert consumer.stop() == 0
    deaths = [properties.headers or {} for properties, _ in bench.fetch(bench.dead)]
    assert [headers["x-redrives"] for headers in deaths] == [1] * 20
    assert {headers["x-first-death-queue"] for headers in deaths} == {bench.queue}


def test_an_empty_queue_is_done_at_once(bench: Bench) -> None:
    done = redrive(bench)
    assert (done.returncode, done.stdout) == (Exit.DRAINED, f"moved 0 from {bench.dead}\n")


def test_a_queue_that_is_not_there_is_refused_at_once(bench: Bench) -> None:
    bench.broker.delete(bench.dead)
    done = redrive(bench)
    assert done.returncode == Exit.REFUSED
    assert "no queue" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--limit", "0"], "argument --limit: invalid number above 0 value: '0'"),
        (["--max-redrives", "3"], "--max-redrives and --parking go together"),
    ],
)
def test_what_does_not_go_together_is_said(bench: Bench, arguments: list[str], fault: str) -> None:
    done = redrive(bench, *arguments)
    assert done.returncode == Exit.MISCONFIGURED
    assert fault in done.stderr


def test_killed_in_the_middle_it_loses_nothing_and_a_second_run_does_the_rest(
    bench: Bench,
) -> None:
    total = 3000
    with bench.broker.channel() as channel:
        for number in range(total):
            channel.basic_publish("", bench.dead, b"x", Properties(message_id=f"m{number}"))
    wait_for_depth(bench, bench.dead, total)
    command: Words = [WORKERS, "redrive", bench.dead, "--to", bench.queue]
    process = subprocess.Popen(command, env=environment(bench.broker.url()))
    try:
        while bench.broker.depth(bench.queue) < 100:
            assert process.poll() is None
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()
    moved = bench.broker.depth(bench.queue)
    assert moved < total
    done = redrive(bench, "--to", bench.queue)
    assert done.returncode == Exit.DRAINED, done.stdout + done.stderr
    arrived = ids(bench, bench.queue)
    assert set(arrived) == {f"m{number}" for number in range(total)}
    assert len(arrived) - total <= 200, "more came twice than can be on their way at once"
    assert bench.broker.depth(bench.dead) == 0
