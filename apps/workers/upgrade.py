"""Which RabbitMQ a running one may be replaced by, and what has to be done before.

The facts: https://www.rabbitmq.com/docs/upgrade and the release notes of 4.0.1 and 4.3.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Series = tuple[int, int]

SOURCES: Mapping[Series, tuple[Series, ...]] = {
    (4, 0): ((3, 13),),
    (4, 1): ((4, 0), (3, 13)),
    (4, 2): ((4, 1), (4, 0), (3, 13)),
    (4, 3): ((4, 2),),
}
"""By series, the series that can be upgraded to it in place."""
NO_WAY = "no release that this guard knows can be upgraded to it"
ENABLE = "run `rabbitmqctl enable_feature_flag all` in a broker's pod"
METADATA = "khepri_db"
"""The flag of the store that replaced Mnesia: poison in 3.13, required by 4.3."""


@dataclass(frozen=True)
class Version:
    """A release of RabbitMQ. Without a `patch` any of its series."""

    series: Series
    patch: int | None = None

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read what a version or an image's tag begins with: 4.3.6, 4.3.6-management, 4.3.

        Raises ValueError when that is no version.
        """
        found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])", text)
        if not found:
            raise ValueError(f"{text!r} does not begin with a version; expected one such as 4.3.6")
        major, minor, patch = found.groups()
        return cls((int(major), int(minor)), int(patch) if patch else None)

    def __str__(self) -> str:
        """Write it as RabbitMQ does."""
        patch = "" if self.patch is None else f".{self.patch}"
        return f"{named(self.series)}{patch}"


@dataclass(frozen=True)
class Flag:
    """A feature flag as the broker lists it."""

    name: str
    enabled: bool
    stable: bool
    """It has left the experiment: to be enabled before the next upgrade."""


@dataclass(frozen=True)
class Cluster:
    """What runs now. `versions` is by node, those that answer; `down` are the others."""

    versions: Mapping[str, Version]
    down: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    alarms: tuple[str, ...] = ()


def named(series: Series) -> str:
    """Write a series as RabbitMQ does."""
    return f"{series[0]}.{series[1]}"


def refusals(cluster: Cluster, target: Version) -> Iterator[str]:
    """Give each reason why the cluster must not be replaced by the target now, with the way out.

    Nothing within a series is refused: its releases run beside each other.
    """
    behind = [each for each in cluster.versions.values() if each.series != target.series]
    if not behind:
        return
    running = min(behind, key=lambda version: version.series)
    yield from _jump(running, target)
    yield from _state(cluster)
    yield from _flags(cluster.flags, running, target)


def route(running: Series, target: Series) -> tuple[Series, ...]:
    """Return the shortest way from one series to another without the first; empty if none is."""
    ways: list[tuple[Series, ...]] = [(target,)]
    for way in ways:
        if way[0] == running:
            return way[1:]
        ways += [(source, *way) for source in SOURCES.get(way[0], ())]
    return ()


def _jump(running: Version, target: Version) -> Iterator[str]:
    if target.series < running.series:
        yield (
            f"{running} runs, and {target} is older: RabbitMQ has no way back. "
            f"Set broker.image.tag to {running} or newer"
        )
    elif target.series not in SOURCES:
        if target.series != (running.series[0], running.series[1] + 1):
            yield (
                f"{running} runs, and {target} is newer than what this chart knows: "
                "read https://www.rabbitmq.com/docs/upgrade, and if it allows the jump "
                "set broker.upgradeGuard.enabled to false"
            )
    elif running.series not in SOURCES[target.series]:
        steps = [named(step) for step in route(running.series, target.series)]
        way = f"upgrade to {', then to '.join(steps)}" if steps else NO_WAY
        yield f"{running} runs, and cannot be upgraded to {target} in one step: {way}"


def _state(cluster: Cluster) -> Iterator[str]:
    """Give what the upgrade guide wants in order beforehand."""
    if cluster.down:
        yield (
            f"{' and '.join(cluster.down)} does not run: a queue may lose its majority when "
            "another broker stops for its upgrade. Have all brokers run first"
        )
    for alarm in cluster.alarms:
        yield f"there is an alarm, {alarm}: free what is short first"


def _flags(flags: tuple[Flag, ...], running: Version, target: Version) -> Iterator[str]:
    metadata = next((flag for flag in flags if flag.name == METADATA), None)
    if running.series == (3, 13) and metadata and metadata.enabled:
        yield (
            f"{METADATA} is enabled in {running}, where it was an experiment: no release reads "
            "its data. Move to a new cluster (https://www.rabbitmq.com/docs/blue-green-upgrade)"
        )
        return
    off = [flag.name for flag in flags if flag.stable and not flag.enabled]
    if target.series >= (4, 3) and metadata and not metadata.enabled and METADATA not in off:
        off.append(METADATA)
    if off:
        also = f" and `rabbitmqctl enable_feature_flag {METADATA}`" if METADATA in off else ""
        yield (
            f"of {running}'s feature flags {', '.join(sorted(off))} are not enabled, without "
            f"which {target} may not start: {ENABLE}{also}"
        )
