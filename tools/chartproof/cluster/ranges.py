"""Sets of sequence numbers as ranges: a million messages in order are one pair of numbers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Range = tuple[int, int]


class Ranges:
    """A set of whole numbers kept as sorted, closed ranges that neither touch nor overlap."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in ranges:
            self.add(first, last)

    def __iter__(self) -> Iterator[Range]:
        return zip(self._firsts, self._lasts, strict=True)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self)

    def add(self, first: int, last: int) -> list[Range]:
        """Add the numbers `first` to `last`; return the ranges of them that were there already."""
        known = list(self.within(first, last))
        start = bisect_left(self._lasts, first - 1)
        end = bisect_right(self._firsts, last + 1)
        if start < end:
            first = min(first, self._firsts[start])
            last = max(last, self._lasts[end - 1])
        self._firsts[start:end] = [first]
        self._lasts[start:end] = [last]
        return known

    def within(self, first: int, last: int) -> Iterator[Range]:
        """Give the parts of the set that lie between `first` and `last`, both included."""
        start = bisect_left(self._lasts, first)
        end = bisect_right(self._firsts, last)
        for index in range(start, end):
            yield max(first, self._firsts[index]), min(last, self._lasts[index])

    def missing(self, first: int, last: int) -> Iterator[Range]:
        """Give the ranges between `first` and `last`, both included, that are not in the set."""
        expected = first
        for start, end in self.within(first, last):
            if expected < start:
                yield expected, start - 1
            expected = end + 1
        if expected <= last:
            yield expected, last
