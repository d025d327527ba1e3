"""Which of many values have an effect in a case, by few renders.

All values are changed in one render, each by a mark of its own. Where nothing is another then, none
of them has an effect, unless one undoes another's. Else each template that writes something else
is looked at alone, as an excerpt of the chart. A mark that is seen there is that of a value with
an effect if it is seen too where others are left as they are: groups are changed in which every
two values are parted once. What shows no mark is looked for in the half of the values, and in the
half of that. Flags hide and show what other values do, so each is changed alone from the start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chartproof import template_faults
from chartproof.excerpt import Sources
from chartproof.experiments.output import Failure, Output, Text, other_value
from chartproof.experiments.subject import Allowance
from chartproof.study import side_by_side
from chartproof.yamlio import Path

_MARK = re.compile(r"changed(\d+)z")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FEW = 3


@dataclass(frozen=True)
class _Changes:
    """Values that are changed in one render, and how each is known again in what is rendered."""

    paths: Sequence[Path]
    own: Sequence[Any]

    @cached_property
    def values(self) -> dict[Path, Any]:
        """The values in their places: texts, lists and maps with a mark."""
        return {
            path: other_value(value, f"changed{index}z")
            for index, (path, value) in enumerate(zip(self.paths, self.own, strict=True))
        }

    @cached_property
    def _numbers(self) -> Mapping[str, list[int]]:
        numbers: dict[str, list[int]] = {}
        for index, value in enumerate(self.values.values()):
            if isinstance(value, int | float):
                numbers.setdefault(str(value), []).append(index)
        return numbers

    def marked(self, text: str) -> Iterator[Path]:
        """Give the values whose mark is in a text."""
        for mark in _MARK.finditer(text):
            yield self.paths[int(mark[1])]

    def written(self, line: str, old: Collection[str]) -> Iterator[Path]:
        """Give the values that a line, which is none of the `old` ones, has in it.

        A number is one of them where the old number in its place makes the line an old one.
        """
        yield from self.marked(line)
        for number in _NUMBER.finditer(line) if self._numbers else ():
            for index in self._numbers.get(number[0], ()):
                if f"{line[: number.start()]}{self.own[index]}{line[number.end() :]}" in old:
                    yield self.paths[index]


@dataclass(frozen=True)
class Search:
    """Looks for values with an effect in a case, as long as its allowance lasts."""

    output: Output
    allowance: Allowance

    def shown(self, paths: Sequence[Path]) -> set[Path]:
        """Return those of `paths` whose change has an effect."""
        flags = [path for path in paths if isinstance(self.output.own(path), bool)]
        others = [path for path in paths if path not in set(flags)]
        return self._in_all(others) | self._flags(flags)

    def _in_all(self, paths: Sequence[Path]) -> set[Path]:
        """Change values in a render of all templates, and look into those that are touched."""
        if not paths or not self.allowance.may_render(self.output.subject.size, len(paths)):
            return set()
        changed = self.output.changed(self._changes(paths).values)
        if not self.output.differs(changed):
            self.allowance.tried += len(paths)
            return set()
        if len(paths) == 1:
            self.allowance.tried += 1
            return set(paths)
        if isinstance(changed, Failure):
            sources = [template_faults.outermost(changed)]
        else:
            sources = list(self.output.differing(changed))
        found = self._in_each(sources, paths)
        if found:
            self.allowance.tried += len(found)
            return found | self._in_all([path for path in paths if path not in found])
        middle = len(paths) // 2
        return self._in_all(paths[:middle]) | self._in_all(paths[middle:])

    def _in_each(self, sources: Sequence[str], paths: Sequence[Path]) -> set[Path]:
        found: set[Path] = set()
        for source in sources:
            if source in self.output.once and self.output.stands_alone(source):
                found |= self._in_one(source, [path for path in paths if path not in found])
        return found

    def _in_one(self, source: str, paths: Sequence[Path]) -> set[Path]:
        """Change values in a render of one template, and find those that it shows."""
        if not paths or not self._may_render(source):
            return set()
        changes = self._changes(paths)
        changed = self.output.changed_in(source, changes.values)
        if not self.output.differs_in(source, changed):
            return set()
        if len(paths) == 1:
            return set(paths)
        seen = self._seen(source, changes, changed)
        if seen:
            rest = [path for path in paths if path not in seen]
            return self._parted(source, seen) | self._in_one(source, rest)
        middle = len(paths) // 2
        return self._in_one(source, paths[:middle]) | self._in_one(source, paths[middle:])

    def _parted(self, source: str, paths: Sequence[Path]) -> set[Path]:
        """Return those of `paths` that are seen without any one of the others, too."""
        sure = set(paths)
        bits = range((len(paths) - 1).bit_length()) if len(paths) > _FEW else ()
        groups = [
            [path for index, path in enumerate(paths) if index >> bit & 1 == side]
            for bit in bits
            for side in (0, 1)
        ]
        groups = [group for group in groups if self._may_render(source)]
        for group, seen in zip(groups, side_by_side(self._seen_of(source), groups), strict=True):
            sure -= set(group) - set(seen)
        unsure = [path for path in paths if path not in sure or not bits]
        unsure = [path for path in unsure if self._may_render(source)]
        return sure.difference(unsure) | self._those(unsure, self._shows_in(source))

    def _seen(self, source: str, changes: _Changes, changed: Text | Failure) -> list[Path]:
        """Return the values that are seen in what a template writes, or in why it fails."""
        if isinstance(changed, Failure):
            return list(dict.fromkeys(changes.marked(changed)))
        old = set(self.output.once[source])
        new = dict.fromkeys(line for line in changed if line is not None and line not in old)
        return list(dict.fromkeys(path for line in new for path in changes.written(line, old)))

    def _seen_of(self, source: str) -> Callable[[Sequence[Path]], list[Path]]:
        def seen(paths: Sequence[Path]) -> list[Path]:
            changes = self._changes(paths)
            return self._seen(source, changes, self.output.changed_in(source, changes.values))

        return seen

    def _shows_in(self, source: str) -> Callable[[Path], bool]:
        def shows(path: Path) -> bool:
            changed = self.output.changed_in(source, self._changes([path]).values)
            return self.output.differs_in(source, changed)

        return shows

    def _flags(self, flags: Sequence[Path]) -> set[Path]:
        """Change each flag alone, first in the templates that name it, then in all."""
        hints = {path: self._hints(path) for path in flags}
        hinted = [path for path in flags if all(map(self._may_render, hints[path]))]
        found = self._those(
            hinted,
            lambda path: any(
                self._shows_in(source)(path) and self.output.stands_alone(source)
                for source in hints[path]
            ),
        )
        size = self.output.subject.size
        rest = [path for path in flags if path not in found]
        rest = [path for path in rest if self.allowance.may_render(size, 1)]
        self.allowance.tried += len(found) + len(rest)
        return found | self._those(rest, self.output.shows)

    def _hints(self, path: Path) -> list[str]:
        """Return the few smallest templates that name every key of a path, or all but the last."""
        excerpts = self.output.subject.chart.excerpts
        naming = [excerpts.naming([str(step)]).intersection(self.output.once) for step in path]
        around = frozenset.intersection(*naming[:-1]) if naming[:-1] else frozenset()
        by_size = [
            sorted(sources, key=lambda source: (excerpts.size(Sources({source})), source))
            for sources in (around & naming[-1], around)
        ]
        return list(dict.fromkeys([*by_size[0][:_FEW], *by_size[1][:_FEW]]))

    def _those(self, paths: Sequence[Path], has_effect: Callable[[Path], bool]) -> set[Path]:
        told = side_by_side(has_effect, paths)
        return {path for path, is_one in zip(paths, told, strict=True) if is_one}

    def _may_render(self, source: str) -> bool:
        size = self.output.subject.chart.excerpts.size(Sources({source}))
        return self.allowance.may_render(size)

    def _changes(self, paths: Sequence[Path]) -> _Changes:
        return _Changes(paths, [self.output.own(path) for path in paths])
