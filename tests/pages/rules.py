"""docs/rules.md, made from the rules themselves and from examples: `make docs`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chartproof.explanations import EXPLAINED
from chartproof.rules import RULES, Documented
from tests.pages.examples import examples

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "rules.md"

_HEAD = """\
# What lint finds

Every finding of `chartproof lint` ends with the id of what it is about, in brackets.
`chartproof lint --explain ID` prints what stands here. Errors make lint fail; with `--strict`
warnings do too; notes never do. A finding that is right as it is can be waived in the chart's
`chartproof.yaml`, by the id, with the reason:

```yaml
waivers:
  - rule: reference-names-an-object
    object: Deployment/*-web # Kind/name; also: field, case
    reason: the Secret is made by the platform team
```

What lint has found is remembered, in `lint/` of chartproof's cache folder, and told again while all
that it depends on is the same: every file and folder of the chart, the cases with their values,
files and options, the folder it is in, the versions of the libraries that render and judge, and
chartproof itself. Nothing is then rendered, and no rule is asked. Where a template makes up a
password, a certificate, a UUID or takes the time, lint puts a text of the same kind and length in
its place, another one at every place and the same in every lint; the function is called all the
same, so that it fails where it would. What has no such text (the order of a map that is not sorted,
`shuffle`, `randInt`, a function that a pipe feeds, text for `tpl` that names such a thing) can have
other findings each time: a chart with that, be it in a branch that no case takes, is linted each
time. `--no-cache` lints whatever is remembered, and remembers nothing. The last 200 lints are
kept, in at most 64 MB; the folder can be deleted at any time.

Below, the lines with a minus are at fault, and those with a plus mend it; what lint says of the
fault stands under them. `make docs` makes this page from the rules and from examples that it tries.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())


def page() -> str:
    """Make the text of the page."""
    contents = [f"| [{it.id}](#{it.id}) | {_levels(it)} | {_summary(it)} |" for it in _all()]
    table = "\n".join(["| id | severity | what is to be |", "|---|---|---|", *contents])
    return "\n".join([_HEAD, table, *map(_section, _all())])


def _all() -> Iterator[Documented]:
    yield from EXPLAINED.values()


def _levels(one: Documented) -> str:
    return ", ".join(one.severities)


def _summary(one: Documented) -> str:
    return one.documentation.partition("\n\n")[0].replace("\n", " ").removesuffix(".")


def _section(one: Documented) -> str:
    head = f"\n## {one.id}\n\n*{_levels(one)}*\n\n{one.documentation}\n"
    return head + (_example(one.id) if one.id in RULES else "")


def _example(rule: str) -> str:
    example = examples()[rule]
    finding = example.findings()[0]
    hint = f"; did you mean {finding.hint}?" if finding.hint else ""
    told = f"{finding.severity}: {finding.message}{hint}"
    shown = ["", "```diff", *example.difference(), "```", "", "```text", told, "```", ""]
    return "\n".join(shown)


if __name__ == "__main__":
    main()
