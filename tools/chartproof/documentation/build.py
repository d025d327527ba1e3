"""What documents a chart, held against what its files say."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from chartproof import yamlio
from chartproof.chart import Chart
from chartproof.documentation import page, schema
from chartproof.documentation.read import Read, read
from chartproof.documentation.value import Value
from chartproof.errors import InputError
from chartproof.yamlio import Fault

README, VALUES, SCHEMA = "README.md", "values.yaml", "values.schema.json"

_TYPES = {"integer": "int", "number": "float", "boolean": "bool", "array": "list"}


@dataclass(frozen=True)
class Edit:
    """A file as it is and as it has to be; `old` is None for one that there is not."""

    file: Path
    old: str | None
    new: str

    def difference(self) -> str:
        """Return a unified diff."""
        before = (self.old or "").splitlines(keepends=True)
        lines = difflib.unified_diff(
            before, self.new.splitlines(keepends=True), str(self.file), str(self.file)
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)

    def write(self) -> None:
        """Write the file."""
        self.file.write_bytes(self.new.encode())


@dataclass(frozen=True)
class Documentation:
    """What has to be written, and what the comments leave to be desired, a line each."""

    values: Sequence[Value]
    edits: Sequence[Edit]
    warnings: Sequence[str]


def document(folder: Path, pages: Sequence[Path] = ()) -> Documentation:
    """Make the documentation of the chart in a folder: its README.md, schema and other pages.

    Nothing is written. Raises InputError where a file cannot be read or its marks make no sense.
    """
    if folder.is_file():
        raise InputError(f"{folder}: expected a chart's folder, this is a file")
    chart = Chart.load(folder)
    found = _read(folder)
    warnings = [f"{folder / VALUES}:{one.line}: {one.message}" for one in found.problems]
    files = {folder / README: _text(folder / README), **{one: _page(one) for one in pages}}
    edits = list[Edit]()
    old_schema = _text(folder / SCHEMA)
    if old_schema is not None:
        filled = schema.filled(old_schema, folder / SCHEMA, found.values)
        edits.append(Edit(folder / SCHEMA, old_schema, filled.text))
        warnings += filled.conflicts
        found.values = [_typed(value, old_schema) for value in found.values]
    about = chart.metadata.get("description") or ""
    head = f"# {chart.name}\n\n{about}".rstrip()
    for file, old in files.items():
        text = page.with_marks(old or "", file, head)
        edits.append(Edit(file, old, page.filled(text, file, found)))
        if file == folder / README:
            out = [value.name for value in page.left_out(text, file, found)]
            warnings += [f"{file}: no table shows {name}" for name in out]
    return Documentation(found.values, [one for one in edits if one.new != one.old], warnings)


def _read(folder: Path) -> Read:
    file = folder / VALUES
    text = _text(file) or ""
    if fault := yamlio.fault(text):
        raise InputError(fault.told(file, text))
    try:
        return read(text)
    except yaml.MarkedYAMLError as error:  # a second document, or an alias that leads nowhere
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        problem = f"{error.context or ''} {error.problem}".strip()
        raise InputError(Fault(line, 0, problem).told(file, text)) from error


def _typed(value: Value, schema_text: str) -> Value:
    """Take the type of a null from the schema."""
    if value.type or not value.is_given:
        return value
    names = [_TYPES.get(name, name) for name in schema.types(schema_text, value)]
    return replace(value, type=" or ".join(names))


def _page(file: Path) -> str:
    text = _text(file)
    if text is None:
        raise InputError(f"{file}: no such page")
    return text


def _text(file: Path) -> str | None:
    """Return the text of a file with its own line ends, None where there is none."""
    if not file.is_file():
        return None
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file}: expected UTF-8 text, found other bytes: {error.reason}"
        ) from error
