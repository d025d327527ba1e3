"""The network between workers and broker fails: a relay that both roles go through."""

from __future__ import annotations

import pytest

from tests.apps.faults.flow import Flow
from tests.apps.relay import Relay, Way

pytestmark = pytest.mark.needs("broker")

BACK_WITHIN = 10.0
"""Seconds after the network is whole: a connection attempt may hang for its two seconds first."""


def test_the_network_goes_down_and_comes_back(flow: Flow, relay: Relay) -> None:
    producer, consumer = flow.starts()
    relay.down()
    for worker in (producer, consumer):
        worker.wait_for("disconnected", reason="connection_lost")
        worker.wait_for("disconnected", reason="unreachable")
    relay.up()
    flow.recovers(within=BACK_WITHIN)
    flow.ends()


def test_connections_are_reset_with_the_window_full(flow: Flow, relay: Relay) -> None:
    producer, _ = flow.starts(rate=0, window=500)
    for _ in range(3):
        before = producer.sent
        relay.cut()
        producer.until(lambda before=before: producer.sent > before + 1000, "a new connection")
    relay.cut()
    flow.recovers(within=BACK_WITHIN)
    assert producer.metric("republished_total") > 0
    flow.ends()


@pytest.mark.parametrize(
    "ways",
    [("to_broker",), ("from_broker",), ("to_broker", "from_broker")],
    ids=["to the broker", "from the broker", "both ways"],
)
def test_the_network_is_a_black_hole(flow: Flow, relay: Relay, ways: tuple[str, ...]) -> None:
    producer, consumer = flow.starts(confirm_timeout=2)
    with relay.black_hole(*(getattr(relay, way) for way in ways)):
        # A broker that hears no heartbeats may hang up before the missing confirm is noticed.
        lost = producer.wait_for("disconnected")
        assert lost["reason"] in {"confirm_timeout", "connection_lost"}
        for worker in (producer, consumer):
            worker.wait_for("disconnected", reason="connect_timeout")
    flow.recovers(within=BACK_WITHIN)
    flow.ends()


def test_a_connection_goes_dead_and_later_ones_do_not(flow: Flow, relay: Relay) -> None:
    producer, _ = flow.starts(confirm_timeout=1)
    relay.silence()
    flow.recovers(within=1 + BACK_WITHIN)
    producer.wait_for("disconnected", reason="confirm_timeout")
    assert relay.hung_up.wait(2), "the socket of the dead connection was never closed"
    flow.ends()


def test_the_network_is_slower_than_the_producer(flow: Flow, relay: Relay) -> None:
    producer, consumer = flow.starts(rate=0, window=500, confirm_timeout=60)
    relay.to_broker.bytes_per_second = relay.from_broker.bytes_per_second = 200_000
    flow.recovers(within=15.0)
    relay.to_broker.bytes_per_second = relay.from_broker.bytes_per_second = None
    for worker in (producer, consumer):
        assert not worker.find("disconnected")
    flow.ends()
    assert flow.figures.duplicates == 0


@pytest.mark.parametrize("way", ["to_broker", "from_broker"])
def test_every_connection_is_cut_in_the_midst_of_a_frame(
    flow: Flow, relay: Relay, way: str
) -> None:
    producer, consumer = flow.starts()
    cut: Way = getattr(relay, way)
    cut.cut_after = 20_011
    before = producer.sent
    producer.until(lambda: producer.sent > before + 1000, "progress by small steps")
    # Messages go out from one and come in at the other; confirms and acks are too few to be cut.
    talker = producer if cut is relay.to_broker else consumer
    assert talker.find("disconnected", reason="connection_lost")
    cut.cut_after = None
    flow.recovers(within=BACK_WITHIN)
    flow.ends()
