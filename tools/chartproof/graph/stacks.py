"""Stacks of things one below the other, each as near as can be to where it is wanted."""

from __future__ import annotations

from collections.abc import Sequence


def spread(wanted: Sequence[float], distance: float) -> list[float]:
    """Return places as near to the wanted ones as can be, in order and `distance` apart.

    Near is the least sum of squares: pool adjacent violators (Barlow et al. 1972) on what is left
    of the places when the distances are taken off.
    """
    pools: list[list[float]] = []
    for at, place in enumerate(wanted):
        pools.append([place - at * distance])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            pools[-2:] = [[*pools[-2], *pools[-1]]]
    level = [_mean(pool) for pool in pools for _ in pool]
    return [place + at * distance for at, place in enumerate(level)]


def nearest_free(taken: Sequence[tuple[float, float]], size: float, wanted: float) -> float:
    """Return the start nearest to `wanted` from which `size` overlaps nothing that is taken."""
    starts = [wanted, *(end for _, end in taken), *(start - size for start, _ in taken)]
    starts.sort(key=lambda place: abs(place - wanted))
    return next(
        place
        for place in starts
        if all(place + size <= start or place >= end for start, end in taken)
    )


def _mean(pool: Sequence[float]) -> float:
    return sum(pool) / len(pool)
