"""Which of many values have an effect in a case, by few renders.

Values are changed together, each by a mark of its own. Where nothing is another then, none of them
has an effect, unless one undoes another's. A mark that is seen tells of an effect, if it is seen as
well where the values around are left as they are: one may switch on what shows another. Where a
line is the old one but for the mark, nothing was switched. What shows no mark is changed alone, in
the templates that name it most plainly; what shows nothing there is changed with all of its like
again, and each template that is touched is looked into: by halves, and the halves of those. Flags
hide and show what other values do: they are always changed alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chartproof import template_faults
from chartproof.excerpt import Sources
from chartproof.experiments.output import Failure, Lines, Output, Text, other_value
from chartproof.experiments.subject import Allowance, dotted
from chartproof.study import side_by_side
from chartproof.values_schema import takes_text
from chartproof.yamlio import Path

_MARK = re.compile(r"changed(\d+)z")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FEW = 2
_TRIES = 4
_BITS = 2
"""Values that are nearer than 2 to the power of it in values.yaml are parted."""


@dataclass(frozen=True)
class Seen:
    """Values whose marks are seen: `plainly` where a line is the old one but for the mark."""

    plainly: set[Path]
    anyhow: set[Path]

    @property
    def all(self) -> set[Path]:
        """All of them."""
        return self.plainly | self.anyhow


@dataclass(frozen=True)
class Changes:
    """Values of an output that are changed in one render, to be known again in what it gives."""

    output: Output
    paths: Sequence[Path]

    @cached_property
    def own(self) -> list[Any]:
        """The values as they are."""
        return [self.output.own(path) for path in self.paths]

    @cached_property
    def new(self) -> list[Any]:
        """Others in their places: texts, lists and maps with a mark."""
        marks = (f"changed{index}z" for index in range(len(self.own)))
        return [other_value(value, mark) for value, mark in zip(self.own, marks, strict=True)]

    def rendered(self) -> Lines | Failure:
        """Render all templates with them."""
        return self.output.changed(dict(zip(self.paths, self.new, strict=True)))

    def rendered_in(self, source: str) -> Text | Failure:
        """Render one template with them, without the others."""
        return self.output.changed_in(source, dict(zip(self.paths, self.new, strict=True)))

    def blamed(self, report: str) -> set[Path]:
        """Return the values that a report of a failure names, by their marks or their paths."""
        marked = {self.paths[int(mark[1])] for mark in _MARK.finditer(report)}
        return marked | {path for path in self.paths if dotted(path) in report}

    def seen(self, lines: Lines) -> Seen:
        """Return the values that are seen in what was rendered."""
        seen = Seen(set(), set())
        for source, text in lines.items():
            old = set(filter(None, self.output.once.get(source, ())))
            for line in set(filter(None, text)) - old:
                marks = {self.paths[int(mark[1])] for mark in _MARK.finditer(line)}
                seen.anyhow.update(marks)
                if marks and _MARK.sub("", line) in old:
                    seen.plainly.update(marks)
                elif not marks:
                    seen.plainly.update(self._numbers_in(line, old))
        return seen

    def _numbers_in(self, line: str, old: Collection[str]) -> Iterator[Path]:
        """Give the numbers that a line has, where the old number makes it an old line."""
        for number in _NUMBER.finditer(line) if self._by_number else ():
            for index in self._by_number.get(number[0], ()):
                if f"{line[: number.start()]}{self.own[index]}{line[number.end() :]}" in old:
                    yield self.paths[index]

    @cached_property
    def _by_number(self) -> dict[str, list[int]]:
        by_number: dict[str, list[int]] = {}
        for index, value in enumerate(self.new):
            if isinstance(value, int | float):
                by_number.setdefault(str(value), []).append(index)
        return by_number


@dataclass(frozen=True)
class Search:
    """Looks for values with an effect in a case, and keeps those that its allowance is short of."""

    output: Output
    allowance: Allowance
    undecided: set[Path] = field(default_factory=set)

    def shown(self, paths: Sequence[Path]) -> set[Path]:
        """Return those of `paths` whose change has an effect."""
        flags = [path for path in paths if isinstance(self.output.own(path), bool)]
        others = [path for path in paths if path not in set(flags)]
        if others and self._may_render(others):
            is_quiet = not self.output.differs(Changes(self.output, others).rendered())
            others = [] if is_quiet else others
        found = self._by_marks(others)
        found |= self._hinted([*flags, *(path for path in others if path not in found)])
        found |= self._together([path for path in others if path not in found])
        return found | self._alone([path for path in flags if path not in found])

    def _alone(self, paths: Sequence[Path]) -> set[Path]:
        """Change each value alone in a render of all templates."""
        return self._those([path for path in paths if self._may_render([path])], self.output.shows)

    def _together(self, paths: Sequence[Path]) -> set[Path]:
        """Change values in one render, and look into the templates that are touched."""
        if not paths or not self._may_render(paths):
            return set()
        changed = Changes(self.output, paths).rendered()
        if not self.output.differs(changed):
            return set()
        if len(paths) == 1:
            return set(paths)
        found = self._in_each(self._touched(changed), paths)
        if found:
            return found | self._together([path for path in paths if path not in found])
        middle = len(paths) // 2
        return self._together(paths[:middle]) | self._together(paths[middle:])

    def _touched(self, changed: Lines | Failure) -> list[str]:
        """Return the templates that fail or write something else."""
        if isinstance(changed, Failure):
            return [template_faults.outermost(changed)]
        return list(self.output.differing(changed))

    def _in_each(self, sources: Sequence[str], paths: Sequence[Path]) -> set[Path]:
        """Look into templates that are rendered one without the other."""
        found: set[Path] = set()
        for source in sources:
            if source in self.output.once and self.output.stands_alone(source):
                found |= self._in_one(source, [path for path in paths if path not in found])
        return found

    def _in_one(self, source: str, paths: Sequence[Path]) -> set[Path]:
        """Change values in a render of one template, and halve them until they are alone."""
        if not paths or not self._may_render_of(source):
            return set()
        changes = Changes(self.output, paths)
        changed = changes.rendered_in(source)
        if not self.output.differs_in(source, changed):
            return set()
        if len(paths) == 1:
            return set(paths)
        if isinstance(changed, Failure):
            suspects = changes.blamed(changed)
        else:
            suspects = changes.seen({source: changed}).all
        parts = [[path] for path in paths if path in suspects]
        rest = [path for path in paths if path not in suspects]
        middle = len(rest) // 2
        parts += [rest] if suspects else [rest[:middle], rest[middle:]]
        return set().union(*(self._in_one(source, part) for part in parts))

    def _by_marks(self, paths: Sequence[Path]) -> set[Path]:
        """Return the values that are seen by their marks, whatever the values around are."""
        if not paths or not all(self._may_render() for _ in range(_TRIES * (2 + 2 * _BITS))):
            return set()
        texts = [path for path in paths if self._takes_text(path)]
        seen = self._seen(texts) or self._seen(
            [path for path in texts if isinstance(self.output.own(path), str | int | float)]
        )
        if seen is None:
            return set()
        unsure = [path for path in paths if path in seen.anyhow - seen.plainly]
        groups = [
            [path for index, path in enumerate(unsure) if index >> bit & 1 == side]
            for bit in range(_BITS)
            for side in (0, 1)
        ]
        hidden: set[Path] = set()
        for group, part in zip(groups, side_by_side(self._seen, groups), strict=True):
            hidden |= set(group) - (part.anyhow if part else set())
        return seen.plainly | (seen.anyhow - hidden)

    def _seen(self, paths: Sequence[Path]) -> Seen | None:
        """Change values, without those that the chart refuses by name; None where that fails."""
        left = list(paths)
        for _ in range(_TRIES if left else 0):
            changes = Changes(self.output, left)
            changed = changes.rendered()
            if not isinstance(changed, Failure):
                return changes.seen(changed)
            blamed = changes.blamed(changed)
            if not blamed:
                return None
            left = [path for path in left if path not in blamed]
        return None

    def _takes_text(self, path: Path) -> bool:
        """Tell whether nothing is known to be wrong with a text in the place of what is there."""
        return takes_text(self.output.subject.schema, path)

    def _hinted(self, paths: Sequence[Path]) -> set[Path]:
        """Change each value alone, in the few templates that name it most plainly."""
        sources = {
            path: naming
            for path in paths
            if (naming := self._naming(path)) and all(map(self._may_render_of, naming))
        }
        return self._those(
            list(sources),
            lambda path: any(self.output.shows_in(path, source) for source in sources[path]),
        )

    def _naming(self, path: Path) -> list[str]:
        """Return the few templates that name most of a path, and what few others name."""
        if self.allowance.is_spent:
            return []
        excerpts, weights = self.output.subject.chart.excerpts, dict[str, float]()
        for step in path:
            naming = excerpts.naming([str(step)]).intersection(self.output.once)
            for source in naming:
                weight = math.log((1 + len(self.output.once)) / len(naming))
                weights[source] = weights.get(source, 0) + weight

        def rank(source: str) -> tuple[float, int, str]:
            return -weights[source], excerpts.size(Sources({source})), source

        return sorted(weights, key=rank)[:_FEW]

    def _those(self, paths: Sequence[Path], has_effect: Callable[[Path], bool]) -> set[Path]:
        told = side_by_side(has_effect, paths)
        return {path for path, is_one in zip(paths, told, strict=True) if is_one}

    def _may_render_of(self, source: str) -> bool:
        return self.allowance.may_render(self.output.subject.chart.excerpts.size(Sources({source})))

    def _may_render(self, paths: Sequence[Path] = ()) -> bool:
        """Tell whether all templates may be rendered; where not, `paths` stay undecided."""
        is_allowed = self.allowance.may_render(self.output.subject.size)
        self.undecided.update(() if is_allowed else paths)
        return is_allowed
