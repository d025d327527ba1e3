"""The workers on a quorum queue of three brokers, on one machine, with two copies to wait for.

The brokers have network namespaces of their own, and the workers are where all three are reached:
this module is what runs there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict

from tests.apps.faults import trio
from tests.apps.faults.trio import AMQP
from tests.benchmarks.workers.ours import Own
from tests.benchmarks.workers.report import Runs
from tests.benchmarks.workers.sample import Sample
from tests.benchmarks.workers.timing import Timing
from tests.support.broker import LOGIN

CONTESTANTS = {
    "publish": Own("workers, 500 in flight, 3 brokers", "produce", {"window": 500}),
    "consume": Own("workers, 8 threads, 3 brokers", "consume", {"threads": 8}, 40_000),
}


def run(timing: Timing) -> Mapping[str, Runs]:
    """Measure publishing and consuming; needs root."""
    samples: dict[str, list[Sample]] = {what: [] for what in CONTESTANTS}
    with trio.running() as brokers:
        url = f"amqp://{LOGIN}:{LOGIN}@{brokers.members[0].address}:{AMQP}/"
        command = [sys.executable, "-m", __name__, url, json.dumps(asdict(timing))]
        within = ["nsenter", f"--net={brokers.network}", *command]
        for _ in range(timing.rounds):
            done = subprocess.run(within, check=True, stdout=subprocess.PIPE, text=True)
            for what, sample in json.loads(done.stdout.splitlines()[-1]).items():
                samples[what].append(Sample(**sample))
    return {what: {CONTESTANTS[what].name: found} for what, found in samples.items()}


def main() -> None:
    """Print a sample of each as JSON."""
    url, timing = sys.argv[1], Timing(**json.loads(sys.argv[2]))
    print(json.dumps({what: asdict(own.run(url, timing)) for what, own in CONTESTANTS.items()}))


if __name__ == "__main__":
    main()
