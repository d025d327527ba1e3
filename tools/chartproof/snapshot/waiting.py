"""The cases that wait for their render, whose values the chart's schema is asked about together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chartproof.cases import Case
from chartproof.errors import ChartproofError

Accepts = Callable[[Sequence[Mapping[str, Any]]], Sequence[bool]]
"""Tells of each of many values whether a schema is sure to accept them: `JointCheck.accepted`."""


class Waiting:
    """Cases of one chart, from when they are asked for; threads may share it.

    The first of them that is to be rendered has all asked about that wait by then: the further
    the requests are ahead of the renders, the less a case has to pay for the schema.
    """

    def __init__(self) -> None:
        self._unasked: list[Case] = []
        self._accepted: dict[int, bool] = {}
        self._lock = threading.Lock()

    def add(self, case: Case) -> None:
        """Take a case that was asked for."""
        with self._lock:
            self._unasked.append(case)

    def is_accepted(self, case: Case, accepts: Accepts) -> bool:
        """Tell whether the schema is sure to accept the values of a case, which is rendered now."""
        with self._lock:
            if id(case) not in self._accepted:
                self._ask(accepts)
            return self._accepted.pop(id(case), False)

    def _ask(self, accepts: Accepts) -> None:
        asked, self._unasked = self._unasked, []
        # One that is to fail would keep all others from being accepted.
        others = [case for case in asked if case.expected_failure is None and _has_values(case)]
        told = accepts([case.values for case in others])
        self._accepted.update(dict.fromkeys(map(id, asked), False))
        self._accepted.update(zip(map(id, others), told, strict=True))


def _has_values(case: Case) -> bool:
    """Tell whether the values can be read; why not is what the render says."""
    try:
        return isinstance(case.values, dict)
    except ChartproofError:
        return False
