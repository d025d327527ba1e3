"""One of three brokers after the other is restarted, or one is killed or cut off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.apps.conftest import Bench
from tests.apps.faults.conftest import DELIVERY_LIMIT, WAIT
from tests.apps.faults.flow import Flow
from tests.apps.faults.trio import Trio, running

pytestmark = pytest.mark.needs("broker", "cables")

ELECTED_WITHIN = 25.0
"""Seconds from the loss of a broker: the others have to miss it and to elect a leader."""
NOTICED_WITHIN = 28.0
"""Seconds for those that are cut off without a word: Erlang has to miss its ticks (trio.TICK_S)."""


@pytest.fixture(scope="module")
def trio() -> Iterator[Trio]:
    """Give a cluster of three."""
    with running() as trio:
        yield trio


@pytest.fixture
def flow(trio: Trio, request: pytest.FixtureRequest) -> Iterator[Flow]:
    """Give workers on a queue that all three brokers have."""
    bench = Bench(trio.members[0], network=trio.network, delivery_limit=DELIVERY_LIMIT)
    bench.declare()
    trio.settle()
    given = {"url": trio.url, "reconnect_wait": WAIT, "heartbeat": 1, "connect_timeout": 2}
    flow = Flow(bench, {**given, "confirm_timeout": 3})
    yield flow
    bench.end()
    request.node.user_properties.append(flow.report())


def test_the_three_are_restarted_one_after_the_other(flow: Flow, trio: Trio) -> None:
    flow.starts()
    for member in trio.members:
        trio.settle()
        member.stop()
        flow.recovers(within=ELECTED_WITHIN)
        member.start()
    trio.settle()
    flow.ends()


def test_the_broker_that_leads_the_queue_is_killed(flow: Flow, trio: Trio) -> None:
    flow.starts()
    leader = trio.leader(flow.bench.queue)
    leader.kill()
    try:
        flow.recovers(within=ELECTED_WITHIN)
    finally:
        leader.start()
    assert trio.leader(flow.bench.queue) is not leader
    trio.settle()
    flow.ends()


def test_a_broker_is_cut_off_from_the_others_with_a_producer_on_it(flow: Flow, trio: Trio) -> None:
    # A consumer on each: one whose broker is cut off hears nothing, and cannot tell why.
    for member in trio.members:
        flow.consume(url=member.url())
    producer = flow.produce()
    theirs = trio.at(producer.wait_for("connected")["broker"])
    producer.wait_for("confirmed")
    with trio.cables.pulled(theirs.name, "cluster"):
        flow.recovers(within=NOTICED_WITHIN)
        producer.wait_for("disconnected", reason="confirm_timeout")
    trio.settle()
    flow.recovers(within=ELECTED_WITHIN)
    flow.ends()


def test_the_cable_between_workers_and_their_broker_is_pulled(flow: Flow, trio: Trio) -> None:
    producer, consumer = flow.starts()
    for worker in (producer, consumer):
        before = worker.find("connected")
        theirs = trio.at(before[-1]["broker"])
        with trio.cables.pulled(theirs.name, "clients"):
            worker.until(
                lambda worker=worker, before=before: len(worker.find("connected")) > len(before),
                "another broker",
            )
            assert trio.at(worker.find("connected")[-1]["broker"]) is not theirs
    flow.recovers(within=ELECTED_WITHIN)
    flow.ends()
