"""Coverage as text, JSON and LCOV."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from chartproof.coverage.measure import Coverage


def text(coverage: Coverage) -> str:
    """Name each branch that no case takes, then how many there are by template."""
    lines = [
        f"{coverage.chart.locate(it.file)}:{it.line}: {it.missed}: {it.condition}"
        for it in coverage.missing
    ]
    width = max((len(str(coverage.chart.locate(file))) for file in coverage.files), default=0)
    rows = [_row(coverage.of(file), width, file) for file in coverage.files]
    total = f"{_shown(coverage.percent)} % of {len(coverage.branches)} branches"
    return "\n".join([*lines, *([""] if lines else []), *rows, total]) + "\n"


def as_json(coverage: Coverage) -> str:
    """Write what tools read: by template, and each branch with a case that takes it."""
    told = {
        "chart": coverage.chart.name,
        "branches": len(coverage.branches),
        "taken": len(coverage.taken),
        "percent": round(coverage.percent, 2),
        "files": {
            str(coverage.chart.locate(file)): [
                {
                    "line": it.line,
                    "condition": it.condition,
                    "missed": it.missed,
                    "takenBy": coverage.taken.get(it),
                }
                for it in coverage.of(file).branches
            ]
            for file in coverage.files
        },
    }
    return json.dumps(told, indent=2) + "\n"


def lcov(coverage: Coverage) -> str:
    """Write a tracefile of LCOV (geninfo(1)): branches, and the lines that stand in one."""
    return "".join(
        f"{line}\n" for file in coverage.files for line in _lcov(coverage.of(file), file)
    )


FORMATS: Mapping[str, Callable[[Coverage], str]] = {"text": text, "json": as_json, "lcov": lcov}


def _row(coverage: Coverage, width: int, file: str) -> str:
    taken, all_of_it = len(coverage.taken), len(coverage.branches)
    return f"{coverage.chart.locate(file)!s:<{width}}  {taken:>4} of {all_of_it:>4}"


def _shown(percent: float) -> str:
    """Never round up to all of it."""
    return f"{int(percent * 10) / 10:.1f}"


def _lcov(coverage: Coverage, file: str) -> Iterator[str]:
    yield f"SF:{coverage.chart.locate(file)}"
    blocks: dict[int, int] = {}
    for branch in coverage.branches:
        number = blocks[branch.line] = blocks.get(branch.line, -1) + 1
        yield f"BRDA:{branch.line},0,{number},{int(branch in coverage.taken)}"
    yield f"BRF:{len(coverage.branches)}"
    yield f"BRH:{len(coverage.taken)}"
    lines = dict(_lines(coverage, coverage.chart.files[coverage.chart.stored(file)]))
    for line, is_taken in lines.items():
        yield f"DA:{line},{int(is_taken)}"
    yield f"LF:{len(lines)}"
    yield f"LH:{sum(lines.values())}"
    yield "end_of_record"


def _lines(coverage: Coverage, source: str) -> Iterator[tuple[int, bool]]:
    """Tell of each line that is not blank whether the innermost branch around it is taken."""
    at = 0
    for number, line in enumerate(source.split("\n"), 1):
        first = at + len(line) - len(line.lstrip())
        around = [it for it in coverage.branches if it.start <= first < it.end]
        if line.strip():
            yield number, not around or max(around, key=lambda it: it.start) in coverage.taken
        at += len(line) + 1
