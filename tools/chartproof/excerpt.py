"""Some templates of a chart, rendered without the others: in a millisecond, not in twenty.

A template needs the files that define what it includes. Their names stand in its text; one that
comes from elsewhere, such as from `$.Template.BasePath` or from a value, is added when Helm misses
it. Two things stay unknown: what a value brings along that `tpl` carries out, and what another
template does to the values by way of a variable. So an excerpt is believed only where its unchanged
output is that of the whole chart, and where no template plainly sets a value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chartproof import engine
from chartproof.archive import is_schema, packed
from chartproof.options import RenderOptions
from chartproof.template_faults import missing_template, outermost
from chartproof.template_parts import Names, Parts

if TYPE_CHECKING:
    from chartproof.chart import Chart

_TEMPLATES = "/templates/"
_OF_CHART = {"Chart.yaml", "Chart.lock", "values.yaml", "requirements.yaml", "requirements.lock"}

Sources = frozenset[str]
"""Templates by the names that Helm gives them: `<chart name>/templates/...`."""


class Excerpts:
    """Every excerpt of a chart; values.schema.json is in none."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._missed: dict[str, Names] = {}
        self._archives: dict[Names, bytes] = {}
        self._sizes: dict[Sources, int] = {}

    def render(
        self, sources: Sources, values: Mapping[str, Any], options: RenderOptions
    ) -> Mapping[str, str]:
        """Render some templates, and give what they and those they include write.

        Raises what `engine.render` raises.
        """
        while True:
            files = self._files(sources, self._missed)
            try:
                return engine.render_templates(self._archive(files), values, options)
            except engine.TemplateFailedError as error:
                report = str(error)
                name = missing_template(report) or ""
                missed = Names({name, self._chart.stored(name)})
                by = self._chart.stored(outermost(report))
                if by not in files or files.issuperset(self._parts.files(missed)):
                    raise
                self._missed[by] = self._missed.get(by, Names()) | missed

    @property
    def are_apart(self) -> bool:
        """Whether no template plainly changes the values that the others read."""
        return self._parts.are_apart

    def size(self, sources: Sources) -> int:
        """Return how many characters Helm reads for an excerpt, without what it misses at first."""
        if sources not in self._sizes:
            files = self._files(sources, {})
            self._sizes[sources] = sum(len(self._parts.templates.get(file, "")) for file in files)
        return self._sizes[sources]

    def naming(self, words: Iterable[str], said: Collection[str] = ()) -> Sources:
        """Return the templates with any of the words in an action, or in what they include.

        `said` are the words of the actions in values, which `tpl` carries out.
        """
        asked = set(words)
        asked |= set() if asked.isdisjoint(said) else {"tpl"}
        return Sources().union(*(self._by_word.get(word, ()) for word in asked))

    def _files(self, sources: Sources, missed: Mapping[str, Names]) -> Names:
        """Return the files, as they are called in `Chart.files`, that templates are made of."""
        stored = [self._chart.stored(source) for source in sources]
        return self._parts.files(self._parts.reached(stored, missed))

    def _archive(self, files: Names) -> bytes:
        if files not in self._archives:
            texts = [self._parts.templates[file] for file in files]
            with_files = any(".Files" in text for text in texts)
            self._archives[files] = packed(self._kept(files, with_files=with_files))
        return self._archives[files]

    def _kept(self, files: Names, *, with_files: bool) -> Iterator[tuple[str, bytes]]:
        for name, content in self._chart.contents.items():
            if _TEMPLATES in name:
                is_kept = name in files
            else:
                is_kept = with_files or name.rpartition("/")[2] in _OF_CHART
            if is_kept and not is_schema(name):
                yield name, content

    @cached_property
    def _parts(self) -> Parts:
        files = self._chart.files.items()
        return Parts({name: text for name, text in files if _TEMPLATES in name})

    @cached_property
    def _by_word(self) -> Mapping[str, set[str]]:
        """The templates by every word of their actions and of what they include."""
        by_word: dict[str, set[str]] = {}
        for source in self._parts.rendered:
            for word in self._parts.words(self._parts.reached([source])):
                by_word.setdefault(word, set()).add(source)
        return by_word
