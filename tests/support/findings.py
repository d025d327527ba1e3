"""What a rule finds in its fixture charts."""

from __future__ import annotations

from chartproof.cases import Case
from chartproof.findings import Finding
from chartproof.options import RenderOptions
from chartproof.render import render
from chartproof.rules import RULES
from chartproof.study import Study
from tests.support.charts import chart


def found(
    rule: str,
    name: str,
    values: dict[str, object] | None = None,
    options: RenderOptions | None = None,
) -> list[Finding]:
    """Return what a rule finds in a fixture chart, in the order of the template's lines."""
    tried = chart(f"rules/{name}")
    found = list(RULES[rule].findings(render(tried, values, options)))
    found += RULES[rule].findings_of_chart(Study(tried, [Case("defaults"), *tried.cases()]))
    return sorted(found, key=lambda finding: finding.line or 0)


def told(finding: Finding) -> tuple[int | None, str, str]:
    """Return line, object without the release's name, and field."""
    return finding.line, finding.object.replace("release-name-", ""), finding.field
