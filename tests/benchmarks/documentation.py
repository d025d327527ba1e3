"""`python -m tests.benchmarks.documentation FOLDER...`: what is read of charts beside their tools.

Every chart that is found in the folders is read by chartproof, and by the tool whose comments it
has: helm-docs, or Bitnami's readme-generator. A row is the same where section, type, default and
description are, but for white space, quotes and the marks of comments. The table tells how many
are, and --rows prints those that are not: theirs, then ours. The last line is all figures as JSON.
Nothing is fetched but the two tools.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from rich.console import Console
from rich.table import Table

from chartproof.documentation.markdown import shown_default
from chartproof.documentation.read import read
from chartproof.documentation.value import Value, as_json, plain
from chartproof.errors import ChartproofError
from tests.tools.documentation.peers import helm_docs_rows, readme_generator_tables

HELM_DOCS, README_GENERATOR = "helm-docs", "readme-generator"
_LISTED = re.compile(r"\[\d+\]")
_FORMS = re.compile(r"[#\s\"`\\|]+|<br>")
_CUT = "…"

Row = tuple[str, ...]
"""What is told of a value; its parts may differ in their form."""


@dataclass(frozen=True)
class Outcome:
    """How many rows of a chart are the same; `others` are those that are not, theirs and ours."""

    chart: str
    tool: str
    rows: int
    same: int
    others: Mapping[str, tuple[Row, Row | None]] = field(default_factory=dict)


def main() -> None:
    """Print the table, and all figures as JSON in the last line."""
    parser = argparse.ArgumentParser(description="Compare what is read of charts' comments.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--rows", action="store_true", help="print the rows that are not the same")
    asked = parser.parse_args()
    console = Console(width=100)
    outcomes = list[Outcome]()
    for folder in asked.folders:
        for file in sorted(folder.rglob("Chart.yaml")):
            outcomes += compared(file.parent)
    for one in outcomes if asked.rows else ():
        for name, rows in one.others.items():
            console.print(f"{one.chart} {name}", *rows, sep="\n  ", markup=False)
    console.print(table(outcomes))
    print(json.dumps([{**asdict(one), "others": len(one.others)} for one in outcomes]))


def compared(chart: Path) -> Iterator[Outcome]:
    """Compare a chart by the tool of its comments; none where it has no comments of either."""
    text = (chart / "values.yaml").read_text("utf-8") if (chart / "values.yaml").is_file() else ""
    try:
        values = read(text).values
    except yaml.YAMLError:
        return
    with TemporaryDirectory() as folder:
        try:
            if "## @param" in text:
                theirs = by_readme_generator(chart, Path(folder))
                yield outcome(chart, README_GENERATOR, theirs, values)
            elif "# -- " in text:
                theirs = by_helm_docs(chart, Path(folder))
                yield outcome(chart, HELM_DOCS, theirs, values)
        except ChartproofError:  # the tool takes no such chart
            return


def outcome(chart: Path, tool: str, theirs: Mapping[str, Row], values: list[Value]) -> Outcome:
    """Compare the rows of a tool with ours; a list that only we tell as one row is left out."""
    write = as_helm_docs if tool == HELM_DOCS else as_readme_generator
    ours = {plain(value.path): write(value) for value in values}
    lists = {name for name in ours if not _LISTED.search(name)}
    kept = {name: row for name, row in theirs.items() if _of_list(name) not in lists}
    others = {
        name: (row, ours.get(name))
        for name, row in kept.items()
        if name not in ours or not all(map(_alike, row, ours[name]))
    }
    return Outcome(chart.name, tool, len(kept), len(kept) - len(others), others)


def by_helm_docs(chart: Path, folder: Path) -> dict[str, Row]:
    """Return the rows of helm-docs by the names of values."""
    rows = helm_docs_rows(chart, folder)
    parts = ("section", "type", "default", "description")
    return {row["key"].replace('"', ""): tuple(row[part] for part in parts) for row in rows}


def by_readme_generator(chart: Path, folder: Path) -> dict[str, Row]:
    """Return the rows of readme-generator by the names of values."""
    tables = readme_generator_tables(chart, folder)
    return {
        name.strip("`"): (section, default, description)
        for section, rows in tables.items()
        for name, description, default in rows
    }


def as_helm_docs(value: Value) -> Row:
    """Write a value as helm-docs does: maps in order, a null as nil and of type string."""
    ordered = json.loads(json.dumps(value.default, sort_keys=True))
    default = "nil" if value.default is None else as_json(ordered)
    shown = value.shown_default or f"`{default}`"
    return (value.section, value.type or "string", shown, value.description)


def as_readme_generator(value: Value) -> Row:
    """Write a value as readme-generator does: a null as nil."""
    default = shown_default(value).replace("`null`", "`nil`").replace("\\|", "|")
    return (value.section, default, value.description.replace("|", "\\|"))


def table(outcomes: list[Outcome]) -> Table:
    """Make the table of tools."""
    shown = Table("tool", "charts", "rows", "the same")
    for tool in (HELM_DOCS, README_GENERATOR):
        found = [one for one in outcomes if one.tool == tool]
        rows, same = sum(one.rows for one in found), sum(one.same for one in found)
        shown.add_row(tool, f"{len(found):,}", f"{rows:,}", f"{same:,}")
    return shown


def _of_list(name: str) -> str:
    """Return the list that a name goes through, or a name that there is not."""
    found = _LISTED.search(name)
    return name[: found.start()] if found else "[]"


def _alike(theirs: str, ours: str) -> bool:
    """Tell whether two texts are the same but for their form, or as far as ours is not cut."""
    one, other = (_FORMS.sub("", text) for text in (theirs, ours))
    head, cut, _ = other.partition(_CUT)
    return one == other or (bool(cut) and one.startswith(head))


if __name__ == "__main__":
    main()
