"""The audit: which messages were confirmed and which were handled, by their ids.

A message_id is `<instance>-<sequence>`; the lines name runs of sequences for each instance. They
are JSON in every log format and written before the work goes on: a "handled" line is out before
the ack that covers it. `marked` names those of them that were redelivered or republished, and so
may have been handled before; a message that is handled twice may be without that mark once.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping

from workers.message import Message

CONFIRMED_EVERY = 1.0


def message_id(instance: str, sequence: int) -> str:
    """Return the id of a producer's message."""
    return f"{instance}-{sequence}"


def ranges(ids: Iterable[str]) -> dict[str, list[list[int]]]:
    """Return the runs `[first, last]` of sequences by instance; other ids are left out.

    An id that comes twice is in two runs.
    """
    sequences: defaultdict[str, list[int]] = defaultdict(list)
    for each in ids:
        instance, _, sequence = each.rpartition("-")
        if instance and sequence.isdecimal():
            sequences[instance].append(int(sequence))
    return {instance: _runs(numbers) for instance, numbers in sequences.items()}


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    again: list[int] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1]:
            again.append(number)
        elif runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [*runs, *_runs(again)] if again else runs


class ConfirmedAudit:
    """The producer's line: every sequence from 1 up to `through` is confirmed."""

    def __init__(self, instance: str, enabled: bool) -> None:
        self._instance = instance
        self._enabled = enabled
        self._through = 0
        self._next = 0.0

    def due(self, now: float) -> bool:
        """Tell, once in CONFIRMED_EVERY seconds, that a line should be written."""
        if not self._enabled or now < self._next:
            return False
        self._next = now + CONFIRMED_EVERY
        return True

    def write(self, through: int) -> None:
        """Write the line if it says more than the last one."""
        if self._enabled and through > self._through:
            _write({"event": "confirmed", "instance": self._instance, "through": through})
            self._through = through


class HandledAudit:
    """The consumer's line: what was handled since the line before."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._messages: list[Message] = []

    def add(self, message: Message) -> None:
        """Note a message as handled."""
        if self._enabled:
            self._messages.append(message)

    def write(self) -> None:
        """Write the line, if anything was handled."""
        if self._messages:
            known = [(id_, message) for message in self._messages if (id_ := message.known_id)]
            _write(
                {
                    "event": "handled",
                    "ranges": ranges(id_ for id_, _ in known),
                    "marked": ranges(id_ for id_, message in known if message.repeated),
                    "redelivered": sum(message.redelivered for message in self._messages),
                }
            )
            self._messages.clear()


def _write(line: Mapping[str, object]) -> None:
    # Not through logging, which swallows a failed write: then the ack must not go out either.
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
