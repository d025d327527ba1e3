"""What publishing would change, step by step in the order in which it is done."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True)
class Step:
    """One thing that changes: `what` is done to `name`; `lines` show it, for a person."""

    what: str
    name: str
    size: int | None
    """In bytes, of what has a size."""
    lines: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Write(Step):
    """A file of a classic repository that gets this content."""

    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Plan:
    """All that changes at a target; a target that has everything has no steps."""

    target: str
    steps: Sequence[Step]
    kept: Sequence[str] = ()
    """What is there already and stays as it is, for a person."""
    done: Sequence[str] = ()
    """What a person may want to know once it is done: the commit, the digests."""

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.steps)

    def shown(self) -> Iterator[str]:
        """Give the lines that tell a person what changes."""
        yield self.target
        width = max((len(step.name) for step in self.steps), default=0)
        for step in self.steps:
            size = "" if step.size is None else f"{step.size:,} bytes"
            yield f"  {step.what:7} {step.name:{width}}  {size}".rstrip()
            for line in step.lines:
                yield f"      {line}"
        for line in self.kept:
            yield f"  keep    {line}"


def write(name: str, content: bytes, old: bytes | None, shows_lines: bool = False) -> Write | None:
    """Return the step that gives a file its content, or None where it has it."""
    if content == old:
        return None
    if shows_lines:
        lines = difference(old or b"", content)
    else:
        lines = [f"sha256:{sha256(content).hexdigest()}"]
    what = "add" if old is None else "change"
    return Write(what, name, len(content), lines, content=content)


def difference(old: bytes, new: bytes) -> list[str]:
    """Return the lines that change, as a unified diff."""
    before, after = (content.decode("utf-8", "replace").splitlines() for content in (old, new))
    return [line.rstrip("\n") for line in difflib.unified_diff(before, after, n=2, lineterm="")][2:]
