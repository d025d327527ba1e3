"""What every finding of lint can be about: the rules, and what lint checks besides them."""

from __future__ import annotations

from collections.abc import Mapping

from chartproof.findings import Severity
from chartproof.rules import RULES, Documented
from chartproof.waivers import UNUSED

VALUES_ARE_ACCEPTED = Documented(
    "values-are-accepted",
    """The chart takes the values of every case.

They fit values.schema.json, and no `required` or `fail` of a template refuses them. Of a case
whose values are refused no rule can tell anything. That the defaults alone are refused is a note
where cases give what the chart asks for.""",
    (Severity.ERROR, Severity.NOTE),
)
TEMPLATES_RENDER = Documented(
    "templates-render",
    """Every template renders, and what it writes is YAML, in every case.

The message names file, line and column of the template, or the line of its output that is no
YAML. Of a case that does not render no rule can tell anything.""",
    (Severity.ERROR,),
)
CASE_FAILS_AS_EXPECTED = Documented(
    "case-fails-as-expected",
    """A case with `expectFailure` in chartproof.yaml fails, and with that message.

It shows that the chart refuses what it should. One that renders, or fails for another reason,
shows that the refusal is gone. Of such a case nothing else is checked.""",
    (Severity.ERROR,),
)
HELM_LINT = Documented(
    "helm-lint",
    """`helm lint` has nothing to say.

These are Helm's own checks, of Chart.yaml above all, with Helm's own severities, where INFO is a
note.""",
    tuple(Severity),
)
WAIVER_IS_USED = Documented(
    UNUSED,
    """Every waiver in chartproof.yaml is about a finding.

One that is about none is a typo, or what is left after the fault was mended: it would hide the
next one. It is told where all cases are tried, not where `--case`, `-f` or `--set` choose one.""",
    (Severity.WARNING,),
)

EXPLAINED: Mapping[str, Documented] = {
    one.id: one
    for one in (
        VALUES_ARE_ACCEPTED,
        TEMPLATES_RENDER,
        CASE_FAILS_AS_EXPECTED,
        *RULES.values(),
        HELM_LINT,
        WAIVER_IS_USED,
    )
}
"""Everything that has an id, by that id."""
