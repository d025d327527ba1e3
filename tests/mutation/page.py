"""docs/self-tests.md: every mutant, and the test that kills it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from tests.mutation.trial import Result

PAGE = Path(__file__).parents[2] / "docs" / "self-tests.md"

_HEAD = """\
# Self-tests

A test that cannot fail proves nothing. `make mutate-rules` breaks the rules of lint, the wiring
they look at and the comparison of snapshots in one place after the other, and runs the tests that
reach that place until one goes red: a condition is forced to True and to False, an operand of `and`
or `or` is left out, a severity becomes another one, a check finds nothing. It writes this page.
`make test` breaks each rule in two ways: its check finds nothing, and it finds always.

{killed} of {all} mutants are killed; {equivalent} are as good as the original, for the reason that
is given.
"""


def page(results: Sequence[Result], reasons: Mapping[str, str]) -> str:
    """Write the page; what survives without a reason is listed as such."""
    survivors = [result.mutant.key for result in results if not result.killer]
    head = _HEAD.format(
        all=len(results),
        killed=len(results) - len(survivors),
        equivalent=sum(key in reasons for key in survivors),
    )
    return head + "".join(_sections(results, reasons))


def _sections(results: Sequence[Result], reasons: Mapping[str, str]) -> Iterator[str]:
    for module, group in groupby(results, key=lambda result: result.mutant.module):
        yield f"\n## {module}\n\n| in | mutant | goes red |\n|---|---|---|\n"
        for result in group:
            mutant = result.mutant
            reason = reasons.get(mutant.key, "**nothing**")
            ends = _code(_short(result.killer)) if result.killer else f"*none:* {reason}"
            change = f"{_code(mutant.before)} → {_code(mutant.after)}"
            yield f"| {_code(mutant.function)} | {change} | {ends} |\n"


def _short(node: str) -> str:
    return node.removeprefix("tests/tools/")


def _code(text: str) -> str:
    return f"`` {text} ``".replace("|", r"\|") if "`" in text else f"`{text}`".replace("|", r"\|")
