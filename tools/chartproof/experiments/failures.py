"""Values that make a template fail, where the chart itself should have refused them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chartproof import engine, template_faults
from chartproof.cases import Case
from chartproof.experiments.subject import Allowance, Subject, dotted, paths, with_value
from chartproof.findings import Finding, Severity
from chartproof.study import Study, side_by_side
from chartproof.values_schema import Schema
from chartproof.yamlio import Path

_ALLOWED_BYTES = 2_000_000

Replacement = tuple[str, Any]
"""What stands in place of a value, in words and as it is."""


def failures(
    study: Study,
    replace: Callable[[Any], Replacement],
    is_refused: Callable[[Schema, Path, Any], bool],
    severity: Severity,
) -> Iterator[Finding]:
    """Put something else in place of each value; find what a template fails for.

    The first case that shows it is told. What the schema plainly refuses, as `is_refused` knows,
    is not rendered; a case that fails as it is shows nothing.
    """
    subject, schema = Subject(study.chart), study.chart.schema or {}
    allowance = Allowance(subject, _ALLOWED_BYTES, is_deep=study.is_deep)
    replacements = {path: replace(value) for path, value in paths(subject.values)}
    sound = [
        path for path, (_, value) in replacements.items() if not is_refused(schema, path, value)
    ]
    for case in study.cases:
        if not sound or _report(subject, case, case.values):
            continue

        def told(path: Path, case: Case = case) -> str | None:
            values = with_value(case.values, path, replacements[path][1])
            return _report(subject, case, values)

        tried = allowance.take(sound)
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
    yield from allowance.reservation()


def _report(subject: Subject, case: Case, values: Mapping[str, Any]) -> str | None:
    """Return Helm's report of a template that fails, None for a render or the chart's refusal.

    The schema, slow to check, is asked only about what a template fails for.
    """
    report = None
    for archive in (subject.archive_without_schema, subject.chart.archive):
        try:
            engine.render(archive, values, case.options)
        except engine.TemplateFailedError as error:
            report = str(error)
        except engine.EngineError:
            return None
        else:
            return None
    return None if report is None or template_faults.is_refusal(report) else report
