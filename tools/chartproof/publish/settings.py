"""What a publisher is told besides the archives and where they go."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chartproof.package.stage import SOURCE_DATE_EPOCH, time_of_all


@dataclass(frozen=True)
class Owner:
    """An owner of the repository, as Artifact Hub knows them."""

    name: str
    email: str


@dataclass(frozen=True)
class Settings:
    """The options of `chartproof publish`; each target looks at those that are for it."""

    url: str | None = None
    """Put before the archives' names in index.yaml; without it they are relative."""
    repository_id: str | None = None
    owners: Sequence[Owner] = ()
    push: bool = False
    remote: str = "origin"
    plain_http: bool = False
    registry_config: Path | None = None


def now() -> datetime:
    """Return the time that is written down: SOURCE_DATE_EPOCH where it is set, else the clock's.

    Raises InputError where the variable is no number.
    """
    if os.environ.get(SOURCE_DATE_EPOCH):
        return datetime.fromtimestamp(time_of_all(), UTC)
    return datetime.now(UTC)
