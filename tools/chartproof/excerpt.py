"""Some templates of a chart, rendered without the others: in a millisecond, not in twenty.

A template needs the files that define what it includes. Their names stand in its text, whole or
as what `printf` and `print` make a name of; a name that comes from elsewhere, such as from
`$.Template.BasePath` or a value, is added when Helm misses it. Two things stay unknown: what a
value brings along that `tpl` carries out, and what another template does to the values by `set`.
So an excerpt is asked only where its unchanged output is that of the whole chart, and believed
only where it shows something.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chartproof import engine
from chartproof.archive import Files, packed, unpacked
from chartproof.options import RenderOptions
from chartproof.template_faults import missing_template, outermost

if TYPE_CHECKING:
    from chartproof.chart import Chart

_DEFINED = re.compile(r'\{\{-?\s*(?:define|block)\s+["`]([^"`]+)["`]')
_QUOTED = re.compile(r'"([^"\n]+)"|`([^`]+)`')
_VERB = re.compile(r"%[a-z]")
_ENDS_OF_PREFIXES = (".", "-", "_", "/")
_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_WORD = re.compile(r"\w+")
_TEMPLATES, _SCHEMA = "/templates/", "/values.schema.json"
_OF_CHART = {"Chart.yaml", "Chart.lock", "values.yaml", "requirements.yaml", "requirements.lock"}

Sources = frozenset[str]
"""Templates by the names that Helm gives them: `<chart name>/templates/...`."""


class Excerpts:
    """Every excerpt of a chart; values.schema.json is in none."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._missed: dict[str, Sources] = {}
        self._archives: dict[Sources, bytes] = {}
        self._sizes: dict[Sources, int] = {}

    def render(
        self, sources: Sources, values: Mapping[str, Any], options: RenderOptions
    ) -> Mapping[str, str]:
        """Render some templates, and give what they and those they include write.

        Raises what `engine.render` raises.
        """
        while True:
            needed = self._needed(sources, self._missed)
            try:
                return engine.render(self._archive(needed), values, options).files
            except engine.TemplateFailedError as error:
                report = str(error)
                by = self._chart.stored(outermost(report))
                missed = self._defining(missing_template(report) or "") - needed
                if not missed or by not in needed:
                    raise
                self._missed[by] = self._missed.get(by, frozenset()) | missed

    def size(self, sources: Sources) -> int:
        """Return how many characters Helm reads for an excerpt, without what it misses at first."""
        if sources not in self._sizes:
            needed = self._needed(sources, {})
            self._sizes[sources] = sum(len(self._templates.get(name, "")) for name in needed)
        return self._sizes[sources]

    def naming(self, words: Iterable[str], said: Collection[str] = ()) -> Sources:
        """Return the templates with any of the words in an action, or in what they include.

        `said` are the words of the actions in values, which `tpl` carries out.
        """
        asked = set(words)
        is_said = not asked.isdisjoint(said)
        return frozenset(
            source
            for source, known in self._words.items()
            if known & asked or (is_said and "tpl" in known)
        )

    def _needed(self, sources: Sources, missed: Mapping[str, Sources]) -> Sources:
        """Return the files, as they are called in `Chart.files`, that templates are made of."""
        needed = {self._chart.stored(source) for source in sources}
        unread = list(needed)
        while unread:
            file = unread.pop()
            led_to = self._leads.get(file, frozenset()) | missed.get(file, frozenset())
            unread += led_to - needed
            needed |= led_to
        return frozenset(needed)

    def _defining(self, name: str) -> Sources:
        """Return the files that define a template; Helm gives one the name of its file as well."""
        stored = self._chart.stored(name)
        itself = {stored} if stored in self._templates else set()
        return frozenset(itself | self._definers.get(name, set()))

    def _archive(self, needed: Sources) -> bytes:
        if needed not in self._archives:
            texts = [self._templates.get(name, "") for name in needed]
            with_files = any(".Files" in text for text in texts)
            self._archives[needed] = packed(self._kept(needed, with_files=with_files))
        return self._archives[needed]

    def _kept(self, needed: Sources, *, with_files: bool) -> Iterator[tuple[str, bytes]]:
        for name, content in self._contents.items():
            if _TEMPLATES in name:
                is_kept = name in needed
            else:
                is_kept = with_files or name.rpartition("/")[2] in _OF_CHART
            if is_kept and not name.endswith(_SCHEMA):
                yield name, content

    @cached_property
    def _contents(self) -> Files:
        return unpacked(self._chart.archive)

    @cached_property
    def _templates(self) -> Mapping[str, str]:
        """The text of every template without its comments."""
        return {
            name: _COMMENT.sub("", text)
            for name, text in self._chart.files.items()
            if _TEMPLATES in name
        }

    @cached_property
    def _definers(self) -> Mapping[str, set[str]]:
        """The files that define a template, by its name: the last one counts, and may be any."""
        definers: dict[str, set[str]] = {}
        for file, text in self._templates.items():
            for name in _DEFINED.findall(text):
                definers.setdefault(name, set()).add(file)
        return definers

    @cached_property
    def _leads(self) -> Mapping[str, Sources]:
        """The files with the definitions that each template may include by a name in its text."""
        return {file: frozenset(self._led_to(text)) for file, text in self._templates.items()}

    def _led_to(self, text: str) -> Iterator[str]:
        for quoted in {one or other for one, other in _QUOTED.findall(text)}:
            yield from self._definers.get(quoted, ())
            fixed = _VERB.split(quoted)
            is_prefix = quoted.endswith(_ENDS_OF_PREFIXES)
            if (is_prefix or len(fixed) > 1) and any(char.isalpha() for char in "".join(fixed)):
                name = ".*".join(map(re.escape, fixed)) + ".*" * is_prefix
                for defined, files in self._definers.items():
                    if re.fullmatch(name, defined):
                        yield from files

    @cached_property
    def _words(self) -> Mapping[str, set[str]]:
        """Every word of the actions of a template and of what it includes, by its name."""
        own = {name: words_of_actions(text) for name, text in self._templates.items()}
        return {
            source: set().union(*(own[name] for name in self._needed(frozenset({source}), {})))
            for source in self._templates
            if not source.rpartition("/")[2].startswith("_")
        }


def words_of_actions(text: str) -> set[str]:
    """Return every word between double braces."""
    return {word for action in _ACTION.findall(text) for word in _WORD.findall(action)}
