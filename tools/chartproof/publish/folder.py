"""A classic repository in a folder, which a web server gives out."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chartproof.errors import InputError
from chartproof.publish import classic
from chartproof.publish.archives import Archive
from chartproof.publish.plan import Plan, Write
from chartproof.publish.settings import Settings

PART = ".part"


@dataclass(frozen=True)
class Folder:
    """The folder. Readers see every file whole: it is written beside and then renamed."""

    path: Path

    def __post_init__(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"--to {self.path}: expected a folder, this is a file")

    @property
    def name(self) -> str:
        """What a person calls it."""
        return str(self.path)

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or None where there is no such file."""
        file = self.path / path
        return file.read_bytes() if file.is_file() else None

    def has(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return (self.path / path).is_file()

    def plan(self, archives: Sequence[Archive], settings: Settings) -> Plan:
        """Tell what publishing changes; nothing is touched."""
        return classic.plan(self, archives, settings)

    def apply(self, archives: Sequence[Archive], settings: Settings) -> Plan:
        """Publish; another publisher waits for its turn, and then plans from what is there."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self._alone():
            plan = self.plan(archives, settings)
            for step in plan.steps:
                if isinstance(step, Write):
                    self._write(step)
        return plan

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder for this process; the kernel lets go of it however the process ends."""
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            for left in self.path.glob(f".*{PART}"):  # by a publisher that was killed
                left.unlink()
            yield
            os.fsync(folder)
        finally:
            os.close(folder)

    def _write(self, step: Write) -> None:
        target = self.path / step.name
        part = target.with_name(f".{step.name}{PART}")
        with part.open("wb") as file:
            file.write(step.content)
            file.flush()
            # Else a crash of the machine may leave the name and lose the content.
            os.fsync(file.fileno())
        part.replace(target)
