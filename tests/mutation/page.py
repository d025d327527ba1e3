"""docs/self-tests.md: every mutant, and the test that kills it, in a section for each module."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.mutation.mutants import Mutant
from tests.mutation.trial import Result

PAGE = Path(__file__).parents[2] / "docs" / "self-tests.md"

_HEAD = """\
# Self-tests

A test that cannot fail proves nothing. `make mutate-rules` breaks the rules of lint, what they look
at and try, the comparison of snapshots and the coverage of templates in one place after the other,
and runs the tests that reach that place until one goes red: a condition is forced to True and to
False, an operand of `and` or `or` is left out, a severity becomes another one, a check finds
nothing. It writes this page; with `MODULES="chartproof.wiring.ports"` it tries these modules alone,
and writes their sections.
`make test` breaks each rule in two ways: its check finds nothing, and it finds always.

{killed:,} of {all:,} mutants are killed; {equivalent} are as good as the original, for the reason
that is given, and {open} survive without one.
"""
_TABLE = "\n| in | mutant | goes red |\n|---|---|---|\n"
_HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)
_TESTS = "tests/tools/"
_SURVIVES, _UNEXPLAINED = "*none:* ", "**nothing**"


def page(sections: Mapping[str, str], modules: Iterable[str]) -> str:
    """Write the page: the sections of `modules`, in their order, below what they come to."""
    kept = {module: sections[module] for module in modules if module in sections}
    ends = [row.rpartition(" | ")[2] for text in kept.values() for row in _rows(text)]
    survivors = [end for end in ends if end.startswith(_SURVIVES)]
    unexplained = sum(_UNEXPLAINED in end for end in survivors)
    head = _HEAD.format(
        all=len(ends),
        killed=len(ends) - len(survivors),
        equivalent=len(survivors) - unexplained,
        open=unexplained,
    )
    return head + "".join(f"\n## {module}\n{text}" for module, text in kept.items())


def sections_of(text: str) -> dict[str, str]:
    """Give the sections of a page by their modules."""
    _, *parts = _HEADING.split(text)
    return {
        module: f"{section.rstrip()}\n"
        for module, section in zip(parts[::2], parts[1::2], strict=True)
    }


def sections(results: Sequence[Result], reasons: Mapping[str, str]) -> dict[str, str]:
    """Write the section of each module; what survives without a reason is listed as such."""
    written: dict[str, str] = {}
    for result in results:
        module = result.mutant.module
        reason = reasons.get(result.mutant.key, _UNEXPLAINED)
        ends = _code(_short(result.killer)) if result.killer else f"{_SURVIVES}{reason}"
        written[module] = f"{written.get(module, _TABLE)}{_what(result.mutant)} | {ends} |\n"
    return written


def lists(section: str, mutants: Iterable[Mutant]) -> bool:
    """Tell whether a section is about these very mutants."""
    return [row.rpartition(" | ")[0] for row in _rows(section)] == list(map(_what, mutants))


def killers(written: Mapping[str, str]) -> Callable[[Mutant], str | None]:
    """Return what gives the test that is listed as the killer of a mutant, if one is."""
    ends: dict[tuple[str, str], str] = {}
    for module, section in written.items():
        for row in _rows(section):
            what, _, end = row.removesuffix(" |").rpartition(" | ")
            ends[module, what] = end

    def killer(mutant: Mutant) -> str | None:
        end = ends.get((mutant.module, _what(mutant)), _SURVIVES)
        node = end.strip("` ").replace(r"\|", "|")
        if end.startswith(_SURVIVES):
            return None
        return node if node.startswith("tests/") else f"{_TESTS}{node}"

    return killer


def _rows(section: str) -> Iterator[str]:
    return (line for line in section.splitlines() if line.startswith("| `"))


def _what(mutant: Mutant) -> str:
    return f"| {_code(mutant.function)} | {_code(mutant.before)} → {_code(mutant.after)}"


def _short(node: str) -> str:
    return node.removeprefix(_TESTS)


def _code(text: str) -> str:
    return f"`` {text} ``".replace("|", r"\|") if "`" in text else f"`{text}`".replace("|", r"\|")
