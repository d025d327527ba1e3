"""Where a producer goes on after its process was killed: a small mark on disk."""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO

from workers import logs
from workers.settings import ConfigError

VARIABLE = "MQ_RESUME"
EVERY = 1.0
"""Seconds between two writes, unless the reserve is used up before."""
LEAST_RESERVE = 16
BEGIN_ANEW = "remove the file to begin anew"


@dataclass(frozen=True)
class Mark:
    """What is known for certain of a run."""

    source: str
    instance: str
    confirmed: int
    """Every message up to this number is confirmed."""
    reserved: int
    """No message beyond this number was ever sent."""

    def __post_init__(self) -> None:
        """Refuse what no run can have written, with ValueError."""
        kinds = {"source": str, "instance": str, "confirmed": int, "reserved": int}
        for name, kind in kinds.items():
            if type(getattr(self, name)) is not kind:
                raise ValueError(f"{name} is not of type {kind.__name__}")
        if not (self.instance and 0 <= self.confirmed <= self.reserved):
            raise ValueError(f"confirmed is {self.confirmed}, reserved is {self.reserved}")


def load(path: Path, source: str) -> Mark | None:
    """Return the mark of an earlier run of the same source, or None when there is none.

    Raises ConfigError that says what to do about a file that is no such mark.
    """
    try:
        found = json.loads(path.read_bytes())
        names = [field.name for field in fields(Mark)]
        if not isinstance(found, dict) or sorted(found) != sorted(names):
            raise ValueError(f"it has no object with {', '.join(names)}")
        mark = Mark(**found)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _fault(path, f"{error.strerror}") from None
    except ValueError as error:
        raise _fault(path, f"it holds no mark of a producer: {error}; {BEGIN_ANEW}") from None
    if mark.source != source:
        raise _fault(path, f"it is the mark of {mark.source!r}, not of {source!r}; {BEGIN_ANEW}")
    return mark


def save(path: Path, mark: Mark) -> None:
    """Write the mark so that a crash at any moment leaves the old one or the new one.

    Raises OSError.
    """
    draft = path.with_name(path.name + ".tmp")
    with draft.open("w") as file:
        json.dump(asdict(mark), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def lock(path: Path) -> IO[bytes]:
    """Keep every other producer from the mark, for as long as what is returned is open.

    Raises ConfigError.
    """
    try:
        held = path.with_name(path.name + ".lock").open("ab")
    except OSError as error:
        raise _fault(path, f"{error.strerror}") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise _fault(path, "another producer uses it") from None
    return held


class Resume:
    """Keeps a run's mark ahead of what is sent, and behind what is confirmed.

    `confirmed` tells up to which message everything is confirmed.
    """

    def __init__(self, path: Path, mark: Mark, confirmed: Callable[[], int]) -> None:
        self._path = path
        self._mark = mark
        self._confirmed = confirmed
        self._reserved_before = mark.reserved
        self._taken = mark.confirmed
        self._next = 0.0
        self._failed = False

    def room(self, taken: int, now: float) -> int:
        """Return how many messages may be sent beyond `taken`; 0 while no mark can be written."""
        if taken >= self._mark.reserved and (not self._failed or now >= self._next):
            self._extend(taken, now)
        return max(0, self._mark.reserved - taken)

    def tick(self, taken: int, now: float) -> None:
        """Note what was confirmed, once in a while."""
        if now >= self._next and self._confirmed() != self._mark.confirmed:
            self._extend(taken, now)

    def close(self, taken: int) -> None:
        """Note how the run ended: nothing is reserved that was not sent."""
        self._write(taken)

    def _extend(self, taken: int, now: float) -> None:
        """Reserve twice what was sent since the last time, so that the writes stay rare."""
        ahead = max(LEAST_RESERVE, 2 * (taken - self._taken))
        if self._write(taken + ahead):
            self._taken = taken
        self._next = now + EVERY

    def _write(self, reserved: int) -> bool:
        # What an earlier run may have sent stays so until this one has come past it.
        reserved = max(reserved, self._reserved_before)
        mark = Mark(self._mark.source, self._mark.instance, self._confirmed(), reserved)
        try:
            save(self._path, mark)
        except OSError as error:
            if not self._failed:
                logs.event("mark_unwritten", logging.WARNING, detail=f"{self._path}: {error}")
            self._failed = True
            return False
        self._failed = False
        self._mark = mark
        return True


def _fault(path: Path, why: str) -> ConfigError:
    return ConfigError(f"{VARIABLE}={path}: {why}")
