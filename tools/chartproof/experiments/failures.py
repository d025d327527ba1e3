"""Values that make a template fail, where the chart itself should have refused them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chartproof import engine, template_faults
from chartproof.cases import Case
from chartproof.excerpt import Excerpts, Sources
from chartproof.experiments.subject import Subject, dotted, paths, reservation, with_value
from chartproof.findings import Finding, Severity
from chartproof.study import Study, side_by_side
from chartproof.template_parts import words_of_actions
from chartproof.values_schema import Schema
from chartproof.yamlio import Path

_ALLOWED_BYTES = 1_000_000

Replacement = tuple[str, Any]
"""What stands in place of a value, in words and as it is."""


def failures(
    study: Study,
    replace: Callable[[Any], Replacement],
    is_refused: Callable[[Schema, Path, Any], bool],
    reading: Callable[[Path], Iterable[str]],
    severity: Severity,
) -> Iterator[Finding]:
    """Put something else in place of each value; find what a template fails for.

    The first case that shows it is told. What the schema plainly refuses, as `is_refused` knows,
    is not rendered; a case that fails as it is shows nothing. Rendered are the templates that name
    one of the words that `reading` gives, or include what does: no other one comes to the value,
    but by a name that values make up.
    """
    schema, subject = study.chart.schema or {}, study.subject
    allowance = study.allowance(_ALLOWED_BYTES)
    replacements = {path: replace(value) for path, value in paths(subject.values)}
    sound = [
        path for path, (_, value) in replacements.items() if not is_refused(schema, path, value)
    ]
    count = left_out = 0
    rendering = {output.case.name for output in study.outputs}
    for case in study.cases:
        if not sound or (case.name not in rendering and _report(subject, case, case.values)):
            continue
        trial = _Trial(subject, case, reading)

        def told(path: Path, trial: _Trial = trial) -> str | None:
            return trial.report(path, replacements[path][1])

        tried = [path for path in sound if allowance.may_render(trial.size(path))]
        count += len(tried)
        left_out += len(sound) - len(tried)
        reports = dict(zip(tried, side_by_side(told, tried), strict=True))
        for path, report in reports.items():
            if report:
                template, line = template_faults.place(report, study.chart)
                yield Finding(
                    f"{replacements[path][0]} for {dotted(path)} breaks the template: "
                    f"{template_faults.message(report)}",
                    severity,
                    field=dotted(path),
                    template=template,
                    line=line,
                    cases=(case.name,),
                )
        sound = [path for path in sound if not reports.get(path)]
    yield from reservation(count, left_out)


@dataclass(frozen=True)
class _Trial:
    """A case, and what is rendered of it for a change of a value."""

    subject: Subject
    case: Case
    reading: Callable[[Path], Iterable[str]]

    def size(self, path: Path) -> int:
        """Return how much text Helm reads for a change at `path`."""
        sources = self._sources(path)
        return self.subject.size if sources is None else self._excerpts.size(sources)

    def report(self, path: Path, value: Any) -> str | None:
        """Return Helm's report of a template that fails for `value` at `path`."""
        sources, values = self._sources(path), with_value(self.case.values, path, value)
        if sources is not None:
            if not sources:
                return None
            try:
                self._excerpts.render(sources, values, self.case.options)
            except engine.EngineError as error:
                if template_faults.is_refusal(str(error)):
                    return None
            else:
                return None
        return _report(self.subject, self.case, values)

    @property
    def _excerpts(self) -> Excerpts:
        return self.subject.chart.excerpts

    @cached_property
    def _said(self) -> set[str]:
        return words_of_actions(json.dumps([self.subject.chart.values, self.case.values]))

    def _sources(self, path: Path) -> Sources | None:
        """Return the templates that read the value; None for all, where it steers others."""
        if path[0] in self.subject.steering or not self._excerpts.are_apart:
            return None
        return self._excerpts.naming(self.reading(path), self._said)


def _report(subject: Subject, case: Case, values: Mapping[str, Any]) -> str | None:
    """Return Helm's report of a template that fails, None for a render or the chart's refusal.

    The schema, slow to check, is asked only about what a template fails for.
    """
    report = None
    for archive in (subject.archive_without_schema, subject.chart.archive):
        try:
            engine.render_templates(archive, values, case.options)
        except engine.TemplateFailedError as error:
            report = str(error)
        except engine.EngineError:
            return None
        else:
            return None
    return None if report is None or template_faults.is_refusal(report) else report
