"""Which of many values have an effect in a case, by few renders.

Values are changed together, each by a mark of its own. Where nothing is another then, none of them
has an effect, unless one undoes another's. A mark that is seen tells of an effect: where a line is
the old one but for the mark, and no empty value was filled, as that may switch on what shows
another; where maps and lists alone have one item more; or else where it is seen as well while the
values around are left as they are. What shows
no mark is changed alone, in the templates that name it most plainly; what shows nothing there is
changed with all of its like again, and each template that is touched is looked into: by halves, and
the halves of those. Flags hide and show what other values do: they are always changed alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from chartproof import template_faults
from chartproof.excerpt import Sources
from chartproof.experiments.changes import Changes, Seen
from chartproof.experiments.output import Failure, Lines, Output, longer_list, other_value
from chartproof.experiments.subject import Allowance
from chartproof.study import side_by_side
from chartproof.values_schema import takes_text
from chartproof.yamlio import Path

_HINTS = 2
"""How many templates are asked for a value before all are."""
_TRIES = 4
"""How often values are changed that are seen by marks, each time without those that are refused."""
_MANY = 30
"""Values that are seen, and fewer than that, are changed each alone as soon."""
_BITS = 2
"""Of values that are seen, any two that are fewer than 2**_BITS apart are parted once."""


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
        found: set[Path] = set()
        left = list(paths)
        while left and self._may_render(left):
            changed = Changes(self.output, left).rendered()
            if not self.output.differs(changed):
                break
            if len(left) == 1:
                return found | set(left)
            more = self._in_each(self._touched(changed), left)
            if not more:
                middle = len(left) // 2
                return found | self._together(left[:middle]) | self._together(left[middle:])
            found |= more
            left = [path for path in left if path not in more]
        return found

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
        found: set[Path] = set()
        left = list(paths)
        while left and self._may_render_of(source):
            changes = Changes(self.output, left)
            changed = changes.rendered_in(source)
            if not self.output.differs_in(source, changed):
                break
            if len(left) == 1:
                return found | set(left)
            if isinstance(changed, Failure):
                suspects = changes.blamed(changed)
            else:
                suspects = changes.seen({source: changed}).all
            if not suspects:
                middle = len(left) // 2
                halves = left[:middle], left[middle:]
                return found.union(*(self._in_one(source, half) for half in halves))
            found = found.union(*(self._in_one(source, [path]) for path in suspects))
            left = [path for path in left if path not in suspects]
        return found

    def _by_marks(self, paths: Sequence[Path]) -> set[Path]:
        """Return the values that are seen by their marks, whatever the values around are."""
        if not paths or not self._may_render(times=6):
            return set()
        own = {path: self.output.own(path) for path in paths if self._takes_text(path)}
        set_ones = [path for path, it in own.items() if it and isinstance(it, str | int | float)]
        filled = [path for path, it in own.items() if it and is_extensible(it)]
        empty = [path for path, it in own.items() if not it]
        plain, longer = self._seen(set_ones), self._seen(filled, longer_list)
        found = (plain.plainly if plain else set()) | (longer.all if longer else set())
        return found | self._parted(empty)

    def _parted(self, paths: Sequence[Path]) -> set[Path]:
        """Return what is seen of values that are empty, and so may switch others on."""
        texts = [path for path in paths if isinstance(self.output.own(path), str)]
        seen = self._seen(paths) or self._seen(texts)
        unsure = [path for path in paths if seen and path in seen.all]
        if len(unsure) < _MANY or not self._may_render(times=3 * _BITS):
            return set()
        groups = [
            [path for index, path in enumerate(unsure) if index >> bit & 1 == side]
            for bit in range(_BITS)
            for side in (0, 1)
        ]
        hidden: set[Path] = set()
        for group, part in zip(groups, side_by_side(self._seen, groups), strict=True):
            hidden |= set(group) - (part.all if part else set())
        return set(unsure) - hidden

    def _seen(
        self, paths: Sequence[Path], of: Callable[[Any, str], Any] = other_value
    ) -> Seen | None:
        """Change values, without those that the chart refuses by name; None where that fails."""
        left = list(paths)
        for _ in range(_TRIES if left else 0):
            changes = Changes(self.output, left, of)
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
        excerpts, weights = self.output.subject.chart.excerpts, dict[str, float]()
        if self.allowance.is_spent or not excerpts.are_apart:
            return []
        for step in path:
            naming = excerpts.naming([str(step)]).intersection(self.output.once)
            for source in naming:
                weight = math.log((1 + len(self.output.once)) / len(naming))
                weights[source] = weights.get(source, 0) + weight

        def rank(source: str) -> tuple[float, int, str]:
            return -weights[source], excerpts.size(Sources({source})), source

        return sorted(weights, key=rank)[:_HINTS]

    def _those(self, paths: Sequence[Path], has_effect: Callable[[Path], bool]) -> set[Path]:
        told = side_by_side(has_effect, paths)
        return {path for path, is_one in zip(paths, told, strict=True) if is_one}

    def _may_render_of(self, source: str) -> bool:
        return self.allowance.may_render(self.output.subject.chart.excerpts.size(Sources({source})))

    def _may_render(self, paths: Sequence[Path] = (), times: int = 1) -> bool:
        """Tell whether all templates may be rendered; where not, `paths` stay undecided.

        How `times` they will be can be a guess: what is found is not to depend on who is first.
        """
        is_allowed = self.allowance.may_render(times * self.output.subject.size)
        self.undecided.update(() if is_allowed else paths)
        return is_allowed


def is_extensible(value: Any) -> bool:
    """Tell whether a value is a map, or a list of texts, that can have one more."""
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, dict)
