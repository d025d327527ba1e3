"""`make soak-workers SECONDS=600 SEED=1`: random faults, and what they cost; JSON in the last line.

Two producers and two consumers work through a relay on one broker. The seed gives the faults, their
order, lengths and pauses. It ends with 1 where a message was lost, or came twice without a mark, or
a worker that was told to stop did not do so in good order.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from random import Random
from time import monotonic, sleep

from chartproof.errors import ChartproofError
from tests.apps.conftest import Bench
from tests.apps.relay import Relay
from tests.benchmarks.soak.crowd import Crowd
from tests.benchmarks.soak.faults import FAULTS, Scene
from tests.support.broker import Broker

DELIVERY_LIMIT = 20
"""RabbitMQ's own default."""
PAUSE_S = 3.0
"""The longest time between two faults."""


def main() -> None:
    """Run it; arguments are the seconds and the seed."""
    try:
        seconds, seed = float(sys.argv[1]), int(sys.argv[2])
    except (IndexError, ValueError):
        sys.exit("usage: python -m tests.benchmarks.soak SECONDS SEED; expected two numbers")
    try:
        with Broker() as broker:
            found, bad_ends = soak(broker, seconds, Random(seed))  # noqa: S311 - no secret
    except ChartproofError as error:
        sys.exit(str(error))
    if bad_ends:
        print(f"ended with {', '.join(map(str, bad_ends))} in place of 0 when told to stop")
    print(json.dumps(found))
    sys.exit(bool(found["lost"] or found["unmarked_duplicates"] or bad_ends))


def soak(broker: Broker, seconds: float, chance: Random) -> tuple[dict[str, int], list[int]]:
    """Return the figures, and the exit codes that should have been 0."""
    bench = Bench(broker, delivery_limit=DELIVERY_LIMIT)
    bench.declare()
    relay = Relay(broker.amqp_port)
    crowd = Crowd(bench, relay.url)
    scene = Scene(broker, relay, crowd, chance)
    counted: Counter[str] = Counter()
    try:
        crowd.start()
        began = monotonic()
        while monotonic() - began < seconds:
            sleep(chance.uniform(0.5, PAUSE_S))
            name = chance.choice(list(FAULTS))
            print(f"{monotonic() - began:7.1f} s  {name}", flush=True)
            FAULTS[name](scene)
            counted[name] += 1
        crowd.finish()
        dead = broker.depth(bench.dead)
        print(f"{dead} dead letters; faults: {dict(counted.most_common())}")
        return {**crowd.figures(), "faults": counted.total()}, crowd.bad_ends
    finally:
        bench.end()
        relay.close()


if __name__ == "__main__":
    main()
