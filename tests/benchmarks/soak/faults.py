"""The faults that a soak draws from. Each lasts for a few seconds, and is over when it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from time import sleep

from tests.apps.relay import Relay, Way
from tests.benchmarks.soak.crowd import Crowd
from tests.support.broker import Broker
from tests.support.frozen import frozen


@dataclass
class Scene:
    """What there is to break, and the chance that all choices come from."""

    broker: Broker
    relay: Relay
    crowd: Crowd
    random: Random

    def sleep(self, most: float) -> None:
        """Wait for a while, up to so many seconds."""
        sleep(self.random.uniform(0.2, most))


def network_down(scene: Scene) -> None:
    """Reset every connection, and refuse new ones."""
    scene.relay.down()
    scene.sleep(3)
    scene.relay.up()


def connections_cut(scene: Scene) -> None:
    """Reset every connection."""
    scene.relay.cut()


def connections_dead(scene: Scene) -> None:
    """Swallow what goes over the connections there are, for good."""
    scene.relay.silence()


def black_hole(scene: Scene) -> None:
    """Let nothing through, one way or both."""
    ways = [scene.relay.to_broker, scene.relay.from_broker]
    with scene.relay.black_hole(*scene.random.choice([ways, ways[:1], ways[1:]])):
        scene.sleep(6)


def slow_network(scene: Scene) -> None:
    """Let little through."""
    with changed(scene.relay) as ways:
        for way in ways:
            way.bytes_per_second = scene.random.choice([20_000.0, 100_000.0])
        scene.sleep(4)


def cut_frames(scene: Scene) -> None:
    """Cut each connection in the midst of something."""
    with changed(scene.relay) as ways:
        for way in ways:
            way.cut_after = scene.random.randrange(2_000, 40_000)
        scene.sleep(4)


def broker_killed(scene: Scene) -> None:
    """Kill the broker, and start it again."""
    scene.broker.kill()
    scene.sleep(2)
    scene.broker.start()


def broker_restarted(scene: Scene) -> None:
    """Stop the broker in good order, and start it again."""
    scene.broker.stop()
    scene.broker.start()


def broker_frozen(scene: Scene) -> None:
    """Stop the broker's processes, and let them go on."""
    with frozen(scene.broker.pid):
        scene.sleep(8)


def memory_alarm(scene: Scene) -> None:
    """Have the broker block publishers."""
    scene.broker.ctl("set_vm_memory_high_watermark", "0")
    scene.sleep(3)
    scene.broker.ctl("set_vm_memory_high_watermark", "0.6")


def producer_killed(scene: Scene) -> None:
    """Kill a producer."""
    scene.crowd.kill("produce", scene.random.randrange(2))


def consumer_killed(scene: Scene) -> None:
    """Kill a consumer."""
    scene.crowd.kill("consume", scene.random.randrange(2))


def producer_stopped(scene: Scene) -> None:
    """Tell a producer to stop."""
    scene.crowd.stop("produce", scene.random.randrange(2))


def consumer_stopped(scene: Scene) -> None:
    """Tell a consumer to stop."""
    scene.crowd.stop("consume", scene.random.randrange(2))


FAULTS: Mapping[str, Callable[[Scene], None]] = {
    fault.__name__.replace("_", " "): fault
    for fault in (
        network_down,
        connections_cut,
        connections_dead,
        black_hole,
        slow_network,
        cut_frames,
        broker_killed,
        broker_restarted,
        broker_frozen,
        memory_alarm,
        producer_killed,
        consumer_killed,
        producer_stopped,
        consumer_stopped,
    )
}


@contextmanager
def changed(relay: Relay) -> Iterator[list[Way]]:
    """Give both ways, and put right afterwards what was changed of them."""
    ways = [relay.to_broker, relay.from_broker]
    try:
        yield ways
    finally:
        for way in ways:
            way.bytes_per_second = way.cut_after = None
