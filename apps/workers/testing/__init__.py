"""Handlers and sources in unit tests, with no broker: the real worker on a queue in memory.

`consume` gives messages to a handler and says what became of each; `produce` takes messages from a
source and says what was published. Both run the code that `workers consume` and `workers produce`
run, on a stand-in for the connection that keeps the rules of a quorum queue of RabbitMQ 4.3.
"""

from workers.testing.consume import consume
from workers.testing.fate import Attempt, Consumed, Fate
from workers.testing.produce import Produced, SourceFailedError, produce

__all__ = [
    "Attempt",
    "Consumed",
    "Fate",
    "Produced",
    "SourceFailedError",
    "consume",
    "produce",
]
