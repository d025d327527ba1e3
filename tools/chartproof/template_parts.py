"""What the templates of a chart are made of: which definition may include which, by their texts.

The name of what is included stands in a text, whole or as what `printf` and `print` make a name of.
A definition reaches to the next one in its file; a file that is rendered counts as one part, with
its definitions, as Helm can include it by its own name as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

DEFINE = re.compile(r'\{\{-?\s*(?:define|block)\s+["`]([^"`]+)["`]')
_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r'"([^"\n]+)"|`([^`]+)`')
_VERB = re.compile(r"%[a-z]")
_SETTING = re.compile(
    r"\b(?:set|unset|merge|mergeOverwrite|mustMerge|mustMergeOverwrite)\s+\(?\$?\w*\.Values\b"
)
_ENDS_OF_PREFIXES = (".", "-", "_", "/")

Names = frozenset[str]
"""Names of definitions and of files."""


@dataclass(frozen=True)
class Parts:
    """The definitions in some templates, which are texts by the names of their files."""

    templates: Mapping[str, str]

    def reached(self, names: Iterable[str], more: Mapping[str, Names] | None = None) -> Names:
        """Return `names` and all that they may include, each with what it has in `more` too."""
        reached = set(names)
        unread = list(reached)
        while unread:
            name = unread.pop()
            led_to = self._leads.get(name, Names()) | (more or {}).get(name, Names())
            unread += led_to - reached
            reached |= led_to
        return frozenset(reached)

    def files(self, names: Iterable[str]) -> Names:
        """Return the files that names stand in."""
        return Names(file for name in names for file in self._homes.get(name, ()))

    def words(self, names: Iterable[str]) -> set[str]:
        """Return every word of the actions under some names."""
        return set().union(*(self._words.get(name, set()) for name in names))

    @cached_property
    def are_apart(self) -> bool:
        """Whether no template plainly changes the values that the others read."""
        return not any(_SETTING.search(_COMMENT.sub("", it)) for it in self.templates.values())

    @cached_property
    def rendered(self) -> list[str]:
        """The files that Helm renders: all but those of definitions alone."""
        return [file for file in self.templates if not is_partial(file)]

    @cached_property
    def _pieces(self) -> list[tuple[str, str, str]]:
        """Name, file and text of every part; of several with one name any may be what counts."""
        pieces = []
        for file, text in self.templates.items():
            plain = _COMMENT.sub("", text)
            starts = list(DEFINE.finditer(plain))
            ends = [start.start() for start in starts[1:]] + [len(plain)]
            if not is_partial(file):
                pieces.append((file, file, plain))
            for start, end in zip(starts, ends, strict=False):
                pieces.append((start[1], file, plain[start.end() : end]))
        return pieces

    @cached_property
    def _homes(self) -> Mapping[str, set[str]]:
        homes: dict[str, set[str]] = {}
        for name, file, _ in self._pieces:
            homes.setdefault(name, set()).add(file)
        return homes

    @cached_property
    def _defined(self) -> list[str]:
        """The definitions; a file whose name is made is found only when Helm misses it."""
        return [name for name in self._homes if name not in self.templates]

    @cached_property
    def _words(self) -> Mapping[str, set[str]]:
        words: dict[str, set[str]] = {}
        for name, _, text in self._pieces:
            words.setdefault(name, set()).update(words_of_actions(text))
        return words

    @cached_property
    def _leads(self) -> Mapping[str, Names]:
        leads: dict[str, Names] = {}
        for name, _, text in self._pieces:
            leads[name] = leads.get(name, Names()).union(self._led_to(text))
        return leads

    def _led_to(self, text: str) -> Iterator[str]:
        """Give the names that a text has between quotes, or makes from what is there."""
        for quoted in {one or other for one, other in _QUOTED.findall(text)}:
            if quoted in self._homes:
                yield quoted
            fixed = _VERB.split(quoted)
            is_prefix = quoted.endswith(_ENDS_OF_PREFIXES)
            if (is_prefix or len(fixed) > 1) and any(char.isalpha() for char in "".join(fixed)):
                made = re.compile(".*".join(map(re.escape, fixed)) + ".*" * is_prefix)
                yield from filter(made.fullmatch, self._defined)


def is_partial(file: str) -> bool:
    """Tell whether Helm renders nothing of a file but what includes its definitions."""
    return file.rpartition("/")[2].startswith("_")


def words_of_actions(text: str) -> set[str]:
    """Return every word between double braces."""
    return {word for action in actions(text) for word in _WORD.findall(action)}


def actions(text: str) -> list[str]:
    """Return what stands between double braces, the braces too."""
    return _ACTION.findall(text)


def with_actions(text: str, change: Callable[[str], str]) -> str:
    """Return a text with other actions."""
    return _ACTION.sub(lambda action: change(action[0]), text)
