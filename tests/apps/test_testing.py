"""What `workers.testing` says of a handler or a source is what a broker would have made of it."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count as numbers
from threading import active_count
from typing import Any

import pytest
from pika import BasicProperties
from prometheus_client.parser import text_string_to_metric_families

from tests.apps.conftest import DELIVERY_LIMIT, Bench
from tests.apps.handlers import faithful
from tests.apps.running import Running
from workers import Message, Publishing, Reject
from workers.dedup import Recent
from workers.outcome import Result
from workers.settings import ConfigError
from workers.testing import Consumed, SourceFailedError, consume, produce

DONE = ("ok", "fail once", "fail twice", "reject", "fail", "exit")
HANDLED, FAILED = Result.HANDLED, Result.FAILED


@dataclass(frozen=True)
class Scenario:
    """Messages, and settings that a worker and the fake have under the same names."""

    bodies: tuple[str, ...]
    handler: str = "single"
    settings: dict[str, Any] = field(default_factory=dict)
    retry_limit: int | None = None
    dedup: bool = False
    same_id: bool = False
    headers: dict[str, Any] = field(default_factory=dict)

    @property
    def messages(self) -> list[Message]:
        """The messages as a test gives them."""
        return [
            Message(
                body.encode(),
                "a-1" if self.same_id else f"a-{number}",
                content_type="text/x-test",
                headers=self.headers or None,
            )
            for number, body in enumerate(self.bodies, 1)
        ]


@dataclass
class Course:
    """What became of the messages, in words that both kinds of broker share."""

    seen: dict[str, list[dict[str, Any]]]
    """What the handler was given, by id, in its order."""
    handled: dict[str, int]
    dead: dict[str, dict[str, Any]]
    failures: dict[str, int]


SCENARIOS = {
    "the queue counts": Scenario(DONE),
    "a retry queue": Scenario(DONE, retry_limit=2),
    "no retry at all": Scenario(DONE, retry_limit=0),
    "a batch": Scenario(DONE, handler="many", settings={"batch": 4}),
    "a batch and a retry queue": Scenario(DONE, handler="many", retry_limit=3),
    "a deadline": Scenario(("loop", "ok"), settings={"handler_timeout": 0.3}),
    "one at a time": Scenario(DONE, settings={"prefetch": 1}),
    "several threads": Scenario(DONE * 3, settings={"threads": 4}),
    "known again": Scenario(
        ("ok", "ok", "ok"), dedup=True, same_id=True, headers={"x-republished": True}
    ),
    "not known again": Scenario(("ok", "ok"), dedup=True, same_id=True),
    "known again in a batch": Scenario(
        ("ok",) * 4, "many", {"batch": 1}, None, True, True, {"x-republished": True}
    ),
    "headers": Scenario(("fail twice", "reject"), headers={"kind": "x", "n": 7}),
}


@pytest.mark.needs("broker")
@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=list(SCENARIOS))
def test_the_fake_and_a_broker_agree(
    scenario: Scenario, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    expected = by_the_fake(scenario, caplog)
    assert by_a_broker(scenario, bench, expected) == expected


def by_the_fake(scenario: Scenario, caplog: pytest.LogCaptureFixture) -> Course:
    with caplog.at_level(logging.INFO, logger="workers"):
        consumed = consume(
            getattr(faithful, scenario.handler),
            scenario.messages,
            delivery_limit=DELIVERY_LIMIT,
            retry_limit=scenario.retry_limit,
            dedup=Recent() if scenario.dedup else None,
            **scenario.settings,
        )
    lines = fields_of(caplog, "seen")
    course = Course(by_id(lines), defaultdict(int), {}, defaultdict(int))
    for fate in consumed.fates:
        id_ = str(fate.message.id)
        course.handled[id_] += fate.results.count(HANDLED)
        course.failures[id_] += sum(result.failed for result in fate.results)
        if fate.dead:
            course.dead[id_] = plain(fate.dead.headers)
    return course


def fields_of(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    return [vars(record)["fields"] for record in caplog.records if record.msg == event]


def by_a_broker(scenario: Scenario, bench: Bench, expected: Course) -> Course:
    retries: dict[str, Any] = {}
    if scenario.retry_limit is not None:
        declare_retry_queue(bench)
        retries = {"retry_queue": f"{bench.queue}.retry", "retry_limit": scenario.retry_limit}
    dedup: dict[str, Any] = {"dedup": "workers.dedup:Recent"} if scenario.dedup else {}
    publish(bench, scenario.messages)
    consumer = bench.start(
        "consume",
        handler=f"faithful:{scenario.handler}",
        **retries,
        **dedup,
        **scenario.settings,
    )
    ends = len(scenario.bodies)
    consumer.until(lambda: ended(consumer) + bench.broker.depth(bench.dead) == ends, f"{ends} ends")
    assert consumer.stop() == 0
    assert bench.broker.depth(bench.queue) == 0
    if retries:
        bench.broker.delete(retries["retry_queue"])
    failed = consumer.find("failed") + consumer.find("timeout")
    handled = consumer.find("taken")
    dead = {str(each.message_id): plain(each.headers) for each, _ in bench.fetch(bench.dead)}
    return Course(
        by_id(consumer.find("seen"), bench.queue),
        {id_: sum(line["id"] == id_ for line in handled) for id_ in expected.handled},
        {id_: renamed(headers, bench.queue) for id_, headers in dead.items()},
        {id_: sum(line["id"] == id_ for line in failed) for id_ in expected.failures},
    )


def ended(consumer: Running) -> float:
    """Return how many messages were acknowledged: handled now, or known as handled before."""
    families = text_string_to_metric_families(consumer.ask("/metrics")[1])
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }
    handled = values["workers_consumed_total", "handled"]
    return handled + values["workers_duplicates_total",]


def by_id(lines: list[dict[str, Any]], queue: str = "queue") -> dict[str, list[dict[str, Any]]]:
    """Sort what a handler saw; of messages that are the same nobody knows which came first."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        told = {name: line[name] for name in line if name not in ("time", "level", "event", "id")}
        found[line["id"]].append(renamed(told, queue))
    return {id_: sorted(each, key=json.dumps) for id_, each in found.items()}


def plain(headers: Any) -> dict[str, Any]:
    """Return headers without the times in them."""
    text = json.dumps(dict(headers or {}), default=lambda _time: "a time")
    return json.loads(text)  # type: ignore[no-any-return]


def renamed(told: dict[str, Any], queue: str) -> dict[str, Any]:
    return json.loads(json.dumps(told).replace(queue, "queue"))  # type: ignore[no-any-return]


def publish(bench: Bench, messages: list[Message]) -> None:
    with bench.broker.channel() as channel:
        for each in messages:
            channel.basic_publish("", bench.queue, each.body, each.properties)


def declare_retry_queue(bench: Bench) -> None:
    bench.broker.declare(
        f"{bench.queue}.retry",
        x_queue_type="quorum",
        x_message_ttl=10,
        x_dead_letter_exchange="",
        x_dead_letter_routing_key=bench.queue,
    )


@pytest.mark.needs("broker")
def test_after_a_lost_connection_the_fake_delivers_again_as_a_broker_does(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    scenario = Scenario(("linger",))
    with caplog.at_level(logging.INFO, logger="workers"):
        [fate] = consume(faithful.single, scenario.messages, lose_connection_after=1).fates
    expected = by_id(fields_of(caplog, "seen"))
    assert fate.results == [HANDLED, HANDLED]
    publish(bench, scenario.messages)
    consumer = bench.start("consume", handler="faithful:single")
    consumer.wait_for("seen")
    bench.broker.ctl("close_all_user_connections", "guest", "trial")
    consumer.until(lambda: len(consumer.find("taken")) == 2, "a second time")
    assert consumer.stop() == 0
    assert by_id(consumer.find("seen"), bench.queue) == expected


@pytest.mark.needs("broker")
def test_what_a_producer_publishes_is_what_the_fake_shows(bench: Bench) -> None:
    faked = produce(three).taken
    producer = bench.start("produce", source="sources:three")
    assert producer.exit_code() == 0
    real = bench.fetch(bench.queue)
    assert [body for _, body in real] == [message.body for message in faked]
    for (properties, _), message in zip(real, faked, strict=True):
        assert told(properties) == told(message.properties)


def told(properties: BasicProperties) -> dict[str, Any]:
    """Return all properties; those of the run are only known by their kind."""
    kinds = {"message_id": str, "timestamp": int}
    return {
        name: isinstance(value, kinds[name]) if name in kinds and value != "own-3" else value
        for name, value in vars(properties).items()
    }


def three() -> Iterator[str | bytes | Publishing]:
    """Give what the tests' own source gives."""
    yield "one"
    yield b"two"
    yield Publishing("three", id="own-3")


def handle(message: Message) -> None:
    if not message.body:
        raise Reject("empty")
    if message.body == b"bad":
        raise ValueError("bad order")


def test_each_message_has_its_fate_in_the_order_in_which_it_was_given() -> None:
    consumed = consume(handle, ["good", b"", "bad", Message(b"good", "own")], delivery_limit=2)
    assert [fate.acked for fate in consumed.fates] == [True, False, False, True]
    assert [fate.reason for fate in consumed.fates] == [None, "rejected", "delivery_limit", None]
    assert [message.id for message in consumed.acked] == ["test-1", "own"]
    assert [message.body for message in consumed.dead] == [b"", b"bad"]
    assert [message.body for message in consumed.retried] == [b"bad"]
    assert consumed.fates[2].results == [FAILED] * 3
    assert str(consumed.fates[2].attempts[0].error) == "bad order"
    assert [attempt.message.redelivered for attempt in consumed.fates[2].attempts] == [
        False,
        True,
        True,
    ]


def test_a_retry_queue_takes_the_place_of_the_delivery_limit() -> None:
    [fate] = consume(handle, ["bad"], retry_limit=2).fates
    assert (fate.retries, fate.reason, len(fate.attempts)) == (2, "rejected", 3)
    assert fate.dead is not None
    assert fate.dead.headers["x-retries"] == 2
    assert not any(attempt.message.redelivered for attempt in fate.attempts)


def test_batches_are_as_full_as_they_can_be() -> None:
    sizes: list[int] = []

    def store(messages: list[Message]) -> None:
        sizes.append(len(messages))

    consumed = consume(store, [str(n) for n in range(7)], batch=3)
    assert sizes == [3, 3, 1] == [len(batch) for batch in consumed.batches]
    assert len(consumed.acked) == 7


def test_what_was_handled_before_a_lost_connection_comes_again() -> None:
    times: dict[str | None, int] = {}

    def count_up(message: Message) -> None:
        times[message.id] = times.get(message.id, 0) + 1

    consume(count_up, ["a", "b", "c"], lose_connection_after=2, prefetch=1)
    assert sorted(times.values()) == [1, 1, 2]


def test_a_de_duplication_keeps_it_from_the_handler() -> None:
    calls: list[Message] = []
    consumed = consume(
        calls.append, ["a", "b"], lose_connection_after=2, dedup=Recent(), prefetch=2
    )
    assert len(calls) == 2
    assert [fate.results[-1] for fate in consumed.fates] == [Result.DUPLICATE] * 2


def test_no_variable_of_the_machine_has_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQ_RETRY_LIMIT", "nonsense")
    monkeypatch.setenv("MQ_HANDLER_TIMEOUT", "0.001")
    assert consume(handle, ["good"]).acked


def test_threads_do_not_stay_behind() -> None:
    before = active_count()
    for _ in range(5):
        consume(handle, ["good"] * 10, threads=4)
    assert active_count() < before + 4 * 5


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"prefetch": 0}, "MQ_PREFETCH=0: it should be greater than or equal to 1"),
        ({"handler_timeout": -1}, "MQ_HANDLER_TIMEOUT=-1: it should be greater than 0"),
        ({"batch": 5}, "MQ_BATCH=5: of no use"),
    ],
)
def test_arguments_that_no_worker_would_take_are_told(
    arguments: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        consume(handle, ["good"], **arguments)
    assert str(caught.value).startswith(fault)


def test_a_handler_that_no_worker_would_take_is_told() -> None:
    with pytest.raises(ConfigError, match=r"MQ_HANDLER=later: it is async"):
        consume(later, ["good"])


async def later(_message: Message) -> None:
    """Never run."""


def test_a_handler_that_never_returns_ends_the_test() -> None:
    with pytest.raises(TimeoutError, match=r"no handler has returned for 0\.2 s"):
        consume(lambda _message: faithful.act(Message(b"linger")), ["x"], patience=0.2)


def bodies(consumed: Consumed) -> list[bytes]:
    return [message.body for message in consumed.acked]


def endless(start: int) -> Iterator[str]:
    """Count without an end."""
    yield from map(str, numbers(start))


def test_a_source_is_taken_to_its_end_or_to_a_count() -> None:
    assert produce(three).bodies == [b"one", b"two", b"three"]
    assert produce(endless, count=3).bodies == [b"1", b"2", b"3"]
    assert produce("counter", count=1).bodies == [b"Hello World 1!"]


@pytest.mark.parametrize("refusal", ["nack", "give_back"])
def test_a_message_that_is_not_taken_comes_again_under_its_id(refusal: str) -> None:
    produced = produce(three, **{refusal: [2]})  # type: ignore[arg-type]
    first, second, third, again = produced.published
    assert [message.body for message in produced.taken] == [b"one", b"three", b"two"]
    assert (again.id, again.body) == (second.id, second.body)
    assert again.headers == {"x-republished": True}
    assert len({first.id, second.id, third.id}) == 3


def test_a_confirm_that_is_lost_with_its_connection_makes_the_message_come_again() -> None:
    produced = produce(three, lose_connection_after=2)
    assert produced.bodies == [b"one", b"two", b"two", b"three"]
    assert produced.taken[1].id == produced.taken[2].id
    assert produced.taken[2].repeated


def test_large_bodies_and_headers_come_whole() -> None:
    large = Publishing(b"x" * 300_000, "large", {"n": 1, "list": [1, "two"]}, "text/csv")
    [message] = produce(lambda: [large]).taken
    assert (message.body, message.id) == (large.body, "large")
    assert (message.headers, message.content_type) == (large.headers, "text/csv")
    [empty] = produce(lambda: [b""]).taken
    assert empty.body == b""


def breaks() -> Iterator[object]:
    yield "one"
    raise OSError("gone")


def gives_a_number() -> Iterator[object]:
    yield "one"
    yield 2


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (breaks, "message 2: the source raised OSError: gone ("),
        (gives_a_number, "message 2: the source gave int; expected bytes, str or"),
    ],
)
def test_a_source_that_fails_raises_and_says_what_came_before(source: Any, fault: str) -> None:
    with pytest.raises(SourceFailedError) as caught:
        produce(source)
    assert str(caught.value).startswith(fault)
    assert caught.value.produced.bodies == [b"one"]


def test_a_source_that_gives_nothing_ends_the_test() -> None:
    with pytest.raises(SourceFailedError, match=r"message 1: it did not come within 0\.2 s"):
        produce(partial(iter, lambda: faithful.act(Message(b"linger")), 1), patience=0.2)


def test_a_source_that_no_worker_would_take_is_told() -> None:
    with pytest.raises(ConfigError, match="MQ_SOURCE=handle: it takes"):
        produce(handle)  # type: ignore[arg-type]
