"""The sets of values a chart is tried with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chartproof.options import RenderOptions
from chartproof.values import load_values, merge

if TYPE_CHECKING:
    from chartproof.masks import Mask

_SUFFIX = "-values.yaml"


@dataclass(frozen=True)
class Case:
    """A name for values, and for how to render them.

    The values are files, then `inline` ones, then `--set` expressions; what comes later wins.
    `home` is the file that brings the case about. A case with an `expected_failure` is right when
    the render fails and says that.
    """

    name: str
    files: tuple[Path, ...] = ()
    sets: tuple[str, ...] = ()
    options: RenderOptions = field(default_factory=RenderOptions)
    inline: Mapping[str, Any] = field(default_factory=dict, hash=False)
    masks: tuple[Mask, ...] = ()
    expected_failure: str | None = None
    home: Path | None = None

    @cached_property
    def values(self) -> dict[str, Any]:
        """Its values, merged. Raises InputError."""
        return load_values(self.files, self.sets, self.inline)

    def with_values(self, files: Sequence[Path], sets: Sequence[str]) -> Case:
        """Lay more files and `--set` expressions over its values. Raises InputError."""
        inline = merge(self.inline, load_values(files)) if self.inline else self.inline
        return replace(self, files=(*self.files, *files), inline=inline, sets=(*self.sets, *sets))

    def disappointment(self, said: str | None) -> str | None:
        """Say what is wrong with the outcome of a case that expects a failure, None if nothing.

        `said` is the message of the failure, None for a render that did not fail.
        """
        expected = self.expected_failure or ""
        if said is None:
            return f"case {self.name} renders, but has to fail with: {expected}"
        if expected not in said:
            return f"case {self.name} has to fail with: {expected}\nbut fails with: {said}"
        return None


def ci_cases(folder: Path) -> dict[str, Case]:
    """Find the values files ci/<name>-values.yaml of the chart in `folder`; each is a case."""
    return {
        (name := file.name.removesuffix(_SUFFIX)): Case(name, (file,), home=file)
        for file in sorted(folder.glob(f"ci/*{_SUFFIX}"))
    }
