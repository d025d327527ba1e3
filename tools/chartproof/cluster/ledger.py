"""The books of a proof: what producers say is confirmed against what consumers say is handled.

Workers in audit mode write one JSON log line at a time:

    {"event": "confirmed", "instance": "5f0c...", "through": 120}
    {"event": "handled", "ranges": {"5f0c...": [[1, 118], [120, 120]]}}

The first says that the broker has confirmed the messages 1 to 120 of that producer process; the
second, written before the acknowledgement, which messages a consumer has handled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chartproof.cluster.ranges import Range, Ranges

SHOWN_LOST = 20


@dataclass(frozen=True)
class Result:
    """What a proof found, in messages; `lost_ids` has ranges of sequences by instance.

    `cut` names the logs that were not read to their end: what is lost may stand there.
    """

    confirmed: int
    handled: int
    duplicates: int
    lost_ids: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)
    cut: tuple[str, ...] = ()

    @property
    def lost(self) -> int:
        """How many messages were confirmed but never handled."""
        return sum(last - first + 1 for ranges in self.lost_ids.values() for first, last in ranges)

    @property
    def proven(self) -> bool:
        """Whether messages flowed and none was lost."""
        return self.confirmed > 0 and self.lost == 0

    def lost_lines(self) -> list[str]:
        """Name the lost messages, `instance-sequence`, runs of them as one."""
        names = [
            f"{instance}-{first}" if first == last else f"{instance}-{first} to -{last}"
            for instance, ranges in self.lost_ids.items()
            for first, last in ranges
        ]
        more = len(names) - SHOWN_LOST
        return names if more <= 0 else [*names[:SHOWN_LOST], f"and {more} more runs"]


@dataclass
class _Account:
    """One producer process: its messages after `base` up to `through` are in the books."""

    base: int = 0
    through: int = 0
    handled: Ranges = field(default_factory=Ranges)
    repeated: list[Range] = field(default_factory=list)


class Ledger:
    """Collects audit lines in any order, each exactly once."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}
        self._opened: set[str] = set()

    def read(self, line: str, *, whole: bool) -> None:
        """Enter one log line; lines that are no audit are passed over.

        `whole` tells that the log it stands in is known from its first line. Of a producer known
        from later on, the messages up to its first audit line are left out of the books: consumers
        may have handled them before anyone looked.
        """
        if '"event"' not in line:
            return
        try:
            entry: Any = json.loads(line)
        except json.JSONDecodeError:
            return
        if not isinstance(entry, dict):
            return
        if entry.get("event") == "confirmed":
            self.confirmed(entry["instance"], entry["through"], whole=whole)
        elif entry.get("event") == "handled":
            for instance, ranges in entry["ranges"].items():
                for first, last in ranges:
                    self.handled(instance, first, last)

    def confirmed(self, instance: str, through: int, *, whole: bool = True) -> None:
        """Note that the broker confirmed every message of `instance` up to `through`."""
        account = self._account(instance)
        if instance not in self._opened:
            self._opened.add(instance)
            account.base = account.through = 0 if whole else through
        account.through = max(account.through, through)

    def handled(self, instance: str, first: int, last: int) -> None:
        """Note that a consumer handled the messages `first` to `last` of `instance`."""
        account = self._account(instance)
        account.repeated += account.handled.add(first, last)

    def through(self) -> dict[str, int]:
        """Return the last confirmed sequence of each producer process."""
        return {instance: account.through for instance, account in self._accounts.items()}

    def result(self, through: Mapping[str, int]) -> Result:
        """Balance the books up to the sequences of `through`, as `through()` gave them before."""
        confirmed = handled = duplicates = 0
        lost_ids = {}
        for instance, last in through.items():
            account = self._accounts[instance]
            first = account.base + 1
            confirmed += last - account.base
            handled += sum(end - start + 1 for start, end in account.handled.within(first, last))
            duplicates += sum(
                end - start + 1
                for repeated in account.repeated
                for start, end in Ranges([repeated]).within(first, last)
            )
            if missing := tuple(account.handled.missing(first, last)):
                lost_ids[instance] = missing
        return Result(confirmed, handled, duplicates, lost_ids)

    def _account(self, instance: str) -> _Account:
        return self._accounts.setdefault(instance, _Account())
